import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";

/** A request that the API server answered. */
export interface AuditedRequest {
  readonly user: string;
  /** What the client calls itself, such as `kubectl/v1.34.2 (linux/amd64) kubernetes/8cc511e`. */
  readonly agent: string;
  readonly verb: string;
  readonly uri: string;
  /** When it was received, epoch ms. */
  readonly at: number;
}

const line = z.looseObject({
  auditID: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: z.looseObject({ username: z.string() }),
  userAgent: z.string().default(""),
  requestReceivedTimestamp: z.string(),
});

/**
 * Reads a cluster's `auditLog`; each request once: a watch has two lines. A last line that is being written is left for the next time.
 *
 * @throws the parser's error where any other line is no request
 */
export async function* auditedRequests(path: string): AsyncGenerator<AuditedRequest> {
  const watches = new Set<string>();
  let broken: unknown;
  for await (const text of createInterface({ input: createReadStream(path, "utf8") })) {
    if (broken !== undefined) throw broken;
    const json = parsed(text);
    if ("broken" in json) {
      broken = json.broken;
      continue;
    }
    const it = line.parse(json.value);
    if (it.verb === "watch") {
      if (watches.has(it.auditID)) continue;
      watches.add(it.auditID);
    }
    const { verb, requestURI: uri, userAgent: agent } = it;
    yield { user: it.user.username, agent, verb, uri, at: Date.parse(it.requestReceivedTimestamp) };
  }
}

function parsed(text: string): { readonly value: unknown } | { readonly broken: unknown } {
  try {
    return { value: JSON.parse(text) };
  } catch (broken) {
    return { broken };
  }
}
