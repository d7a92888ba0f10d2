import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";

/** An address of this machine only: http, with a literal loopback address. */
export function loopbackUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.protocol !== "http:" || !isLoopback(url.hostname)) {
    throw new Problem({
      happened: "Load goes to this machine's own addresses only; this target is another.",
      where: text.slice(0, 200),
      untouched: "Nothing was sent.",
      next: "give an address such as http://127.0.0.1:8080",
      exitCode: exitCodes.usage,
    });
  }
  return url;
}

/** Names are refused, even `localhost`: what they resolve to is not ours to say. */
function isLoopback(hostname: string): boolean {
  return hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
