import type { FailureKind } from "./answers.ts";

const connectCodes = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "EMFILE",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const resetCodes = new Set([
  "ECONNRESET",
  "EPIPE",
  "ECONNABORTED",
  "UND_ERR_SOCKET",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

/** What kind of failure an error of the connection is. */
export function failureKind(error: Error & { code?: unknown }, wasSent: boolean): FailureKind {
  const code = String(error.code ?? "");
  if (connectCodes.has(code)) return "connect";
  if (resetCodes.has(code)) return wasSent ? "reset" : "connect";
  return "other";
}
