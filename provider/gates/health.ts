import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { deadlineIn } from "../../release/deadline.ts";
import { sentence } from "../../release/problem.ts";

/** What a good answer looks like. */
export const healthQuestion = z.strictObject({
  // Two slashes, or a backslash, would name another host.
  path: z.string().regex(/^\/(?![/\\])/, "a path on the instance itself, such as /health"),
  status: z.number().int().min(100).max(599),
  /** Text that the body must contain. */
  body: z.string().optional(),
  /** Dotted path into a JSON body, such as `checks.database`, and the value expected there. */
  json: z.strictObject({ path: z.string(), equals: z.union([z.string(), z.number(), z.boolean()]) }).optional(),
});
export type HealthQuestion = z.infer<typeof healthQuestion>;

export interface HealthAnswer {
  readonly good: boolean;
  readonly tookMs: number;
  /** No answer came in the time that was given. */
  readonly late: boolean;
  /** What was seen, in words. */
  readonly says: string;
}

const bodyLimit = 64 * 1024;

/** Asks one address once; no answer, a late one and a wrong one are all not good, each with its reason. */
export async function askHealth(
  address: string,
  question: HealthQuestion,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<HealthAnswer> {
  const began = performance.now();
  const answer = (good: boolean, says: string, late = false) => ({
    good,
    says,
    late,
    tookMs: Math.round(performance.now() - began),
  });
  const deadline = deadlineIn(Math.min(timeoutMs, 5000), "The answer", signal);
  try {
    const { status, body } = await asked(new URL(question.path, address), deadline.signal);
    if (status !== question.status) return answer(false, `status ${status}, expected ${question.status}`);
    if (question.body !== undefined && !body.includes(question.body)) {
      return answer(false, `status ${status}, but the body does not contain "${question.body}"`);
    }
    if (question.json !== undefined) {
      const seen = at(body, question.json.path);
      if (seen !== question.json.equals) {
        return answer(
          false,
          `${question.json.path} is ${JSON.stringify(seen)}, expected ${JSON.stringify(question.json.equals)}`,
        );
      }
    }
    return answer(true, `status ${status}`);
  } catch (error) {
    signal?.throwIfAborted();
    return deadline.passed()
      ? answer(false, "no answer in time", true)
      : answer(false, `no answer: ${sentence(error)}`);
  } finally {
    deadline.end();
  }
}

/** By node's older client: reading `fetch` takes longer than the questions that a switch asks. A redirect is not followed. */
async function asked(url: URL, signal: AbortSignal): Promise<{ status: number; body: string }> {
  const { get } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const request = get(url, { agent: false, signal });
  const [got]: IncomingMessage[] = await once(request, "response");
  if (got?.statusCode === undefined) throw new Error("the answer has no status");
  return { status: got.statusCode, body: await readBounded(got) };
}

async function readBounded(answer: IncomingMessage): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of answer) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > bodyLimit) break;
  }
  return text;
}

function at(body: string, path: string): unknown {
  try {
    return path
      .split(".")
      .reduce<unknown>(
        (value, key) =>
          typeof value === "object" && value !== null && Object.hasOwn(value, key)
            ? (value as Record<string, unknown>)[key]
            : undefined,
        JSON.parse(body),
      );
  } catch {
    return undefined; // not JSON: the value is absent
  }
}
