import { readFileSync } from "node:fs";
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { z } from "zod";
import { deadlineIn } from "../../release/deadline.ts";
import { masker } from "../../release/mask.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { isLoopback } from "../../release/safeAddress.ts";
import type { PrometheusAccess } from "./access.ts";

/** How long one question may take, ms. */
const answerWithin = 15_000;
/** Longest answer that is read, bytes. */
const longestAnswer = 8 * 1024 * 1024;

const failed = z.looseObject({ status: z.literal("error"), errorType: z.string().default(""), error: z.string() });
const warned = z.looseObject({ warnings: z.array(z.string()).default([]) });

/** The HTTP API of a Prometheus, or of anything that speaks it (Thanos, Mimir, VictoriaMetrics). */
export class Prometheus {
  readonly #access: PrometheusAccess;
  readonly #dispatcher: Dispatcher;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #mask: (text: string) => string;

  /** @throws Problem for a CA file that cannot be read, or a variable that is not set */
  constructor(access: PrometheusAccess) {
    this.#access = access;
    const token = tokenOf(access);
    this.#mask = masker(token === undefined ? [] : [token]);
    this.#headers = {
      accept: "application/json",
      "user-agent": "greenlight",
      ...access.headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    this.#dispatcher = dispatcherFor(access);
  }

  /**
   * Asks one path below /api/v1.
   *
   * @returns what `shape` takes of the whole answer
   * @throws Problem for no answer in time, an error, or a warning: an answer that is not whole must not look like one
   */
  async ask<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const url = `${this.#access.url.replace(/\/+$/, "")}/api/v1/${path}?${new URLSearchParams(query)}`;
    const deadline = deadlineIn(answerWithin, "The answer", signal);
    try {
      const answer = await request(url, {
        headers: this.#headers,
        dispatcher: this.#dispatcher,
        signal: deadline.signal,
      });
      const text = await wholeOf(answer.body);
      return readAnswer(answer.statusCode, text, shape);
    } catch (error) {
      signal.throwIfAborted();
      const why = deadline.passed() ? `no answer in ${answerWithin / 1_000} s` : sentence(error).split("\n")[0];
      throw new Problem({
        happened: `Prometheus did not tell: ${this.#mask(why ?? "").replace(/\.$/, "")}.`,
        where: this.#access.url,
        untouched: "Nothing was changed.",
        next: "see that greenlight:kubernetes.prometheus is right, and that it is reached from here",
        cause: error,
      });
    } finally {
      deadline.end();
    }
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy().catch(() => undefined);
  }
}

function readAnswer<T>(status: number, text: string, shape: z.ZodType<T>): T {
  const said = readJson(text);
  const error = failed.safeParse(said);
  if (error.success) throw new Error(`${error.data.error.slice(0, 500)} (${status})`);
  if (status >= 300 && status < 400) throw new Error("it answers with a redirect, which is not followed");
  if (status !== 200) throw new Error(`it answers with status ${status}`);
  if (said === undefined) throw new Error("its answer is no JSON: the address is of something else");
  const { warnings } = warned.catch({ warnings: [] }).parse(said);
  if (warnings.length > 0) throw new Error(`it warns that ${warnings[0]?.slice(0, 300)}`);
  const read = shape.safeParse(said);
  if (read.success) return read.data;
  throw new Error("its answer is not of the shape that the API of Prometheus has");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as what it is
  }
}

async function wholeOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > longestAnswer) throw new Error(`its answer is longer than ${longestAnswer / 1024 / 1024} MB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function tokenOf({ tokenFrom }: PrometheusAccess): string | undefined {
  if (tokenFrom === undefined) return undefined;
  const token = process.env[tokenFrom]?.trim();
  if (token !== undefined && token !== "") return token;
  throw new Problem({
    happened: `${tokenFrom} is not set, so Prometheus cannot be asked.`,
    where: "greenlight:kubernetes.prometheus.tokenFrom",
    untouched: "Nothing was changed.",
    next: "set it to a token that may read",
  });
}

/** Through the proxy that the environment names, but never to this machine itself. */
function dispatcherFor({ url, ca }: PrometheusAccess): Dispatcher {
  const trusted = ca === undefined ? {} : { ca: readCa(ca) };
  return isLoopback(new URL(url).hostname)
    ? new Agent({ connect: trusted })
    : new EnvHttpProxyAgent({ connect: trusted, requestTls: trusted });
}

function readCa(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Problem({
      happened: `The file of who signed Prometheus' certificate cannot be read: ${sentence(error)}`,
      where: path,
      untouched: "Nothing was changed.",
      next: "correct greenlight:kubernetes.prometheus.ca",
      cause: error,
    });
  }
}
