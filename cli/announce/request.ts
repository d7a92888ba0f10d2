import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { deadlineIn } from "../../release/deadline.ts";
import { sentence } from "../../release/problem.ts";
import { isLoopback } from "../../release/safeAddress.ts";
import { forAll, type Outcome, shortened, type Tried } from "./delivery.ts";

export interface HttpRequest {
  readonly method: "POST" | "PATCH";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Longest answer that is read; the rest is not waited for. Bytes. */
const longestAnswer = 16 * 1024;

/** Connections that failed in a way that may be over in a moment. */
const passing = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * Sends one request and waits for its answer. Redirects are not followed: a webhook's address is a secret of the place that it was
 * made for. No answer in time is no reason to try again, because the announcement may have arrived.
 *
 * @param referenceOf what the receiver calls what it made, from its answer
 */
export async function attemptRequest(
  it: HttpRequest,
  to: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
  referenceOf: (body: string) => string | undefined = () => undefined,
): Promise<Tried> {
  const deadline = deadlineIn(timeoutMs, "The answer", signal);
  const dispatcher = dispatcherFor(it.url);
  try {
    const answer = await request(it.url, {
      method: it.method,
      headers: { "user-agent": "greenlight", ...it.headers },
      body: it.body,
      dispatcher,
      signal: deadline.signal,
    });
    const body = await beginningOf(answer.body);
    const { statusCode: status } = answer;
    const ok = status >= 200 && status < 300;
    const outcome: Omit<Outcome, "to"> = {
      ok,
      status,
      response: sayAnswer(status, body),
      ...(ok ? { reference: referenceOf(body) } : {}),
    };
    return {
      outcomes: forAll(to, outcome),
      again: status === 429 || status === 408 || status >= 500,
      afterMs: retryAfter(answer.headers["retry-after"], Date.now()),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.passed()) {
      return {
        outcomes: forAll(to, { ok: false, response: `no answer in ${timeoutMs} ms; it may have arrived` }),
        again: false,
      };
    }
    return {
      outcomes: forAll(to, { ok: false, response: shortened(sentence(error)) }),
      again: passing.has(codeOf(error)),
    };
  } finally {
    deadline.end();
    // An answer that is too long, or a connection that hangs, ends here.
    await dispatcher.destroy().catch(() => undefined);
  }
}

/** Milliseconds until the time in a Retry-After header, which is seconds or a date; undefined when it says nothing. */
export function retryAfter(header: string | readonly string[] | undefined, now: number): number | undefined {
  const text = typeof header === "string" ? header.trim() : undefined;
  if (text === undefined || text === "") return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function sayAnswer(status: number, body: string): string {
  if (status >= 300 && status < 400) return "it answers with a redirect, which is not followed";
  return shortened(body) === "" ? "no text" : shortened(body);
}

/** Through the proxy that the environment names, but never to this machine itself. */
function dispatcherFor(url: URL): Dispatcher {
  const named = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((it) => (process.env[it] ?? "") !== "");
  return named && !isLoopback(url.hostname) ? new EnvHttpProxyAgent() : new Agent();
}

async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size >= longestAnswer) break;
  }
  return Buffer.concat(parts).subarray(0, longestAnswer).toString("utf8");
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { code } = error as NodeJS.ErrnoException;
  return code ?? codeOf(error.cause);
}
