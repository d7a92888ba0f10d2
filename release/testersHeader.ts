/** The longest name that is taken, characters; a platform may take fewer. */
export const longestHeader = 64;

/** A name that a header may have. Source: RFC 9110, 5.1 and 5.6.2, `token`. */
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** What means something to whoever stands between a user and a service: hop-by-hop (RFC 9110, 7.6.1), or of the request itself. */
const reserved = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"],
  ...[
    "transfer-encoding",
    "upgrade",
    "host",
    "cookie",
    "set-cookie",
    "authorization",
    "content-length",
    "content-type",
  ],
  ...["expect", "forwarded", "via", "date", "x-request-id"],
]);

/** Beginnings of names that proxies give or take away. */
const reservedBeginnings = ["x-envoy-", "x-forwarded-", "x-amzn-"];

/** Whether a name, lower-case, can be the header by which testers ask for a side. */
export function isTestersHeader(name: string): boolean {
  return (
    name.length <= longestHeader &&
    token.test(name) &&
    !reserved.has(name) &&
    !reservedBeginnings.some((beginning) => name.startsWith(beginning))
  );
}
