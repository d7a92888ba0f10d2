/** The cookie by which a user stays with one side, where it is ours and not a load balancer's. */
export const stickyCookie = "greenlight-side";

/**
 * The cookie as a side hands it out: for every path of the host, unreadable by scripts, not sent with what other sites load.
 *
 * @param seconds how long a user keeps it
 */
export function givenCookie(value: string, seconds: number): string {
  return `${stickyCookie}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax`;
}
