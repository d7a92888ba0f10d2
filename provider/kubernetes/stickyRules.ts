import { createHash } from "node:crypto";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { givenCookie, stickyCookie } from "../../release/stickyCookie.ts";
import type { RouteBackends, SeenRoute } from "./route.ts";

/** What the cookie holds: the side, and which version it had, by a digest: who came to another version there is a new user. */
function cookieValue(environment: EnvironmentName, version: string): string {
  return `${environment}-${createHash("sha256").update(version).digest("hex").slice(0, 12)}`;
}

/**
 * What a route's rule asks of a user who stays with a side: the cookie that it gave. The pattern says the same to a Gateway that holds it against
 * the whole header and to one that looks for it anywhere.
 */
export function stickyHeader(environment: EnvironmentName, version: string) {
  return {
    type: "RegularExpression" as const,
    name: "Cookie",
    value: `^(.*; *)?${stickyCookie}=${cookieValue(environment, version)}(;.*)?$`,
  };
}

/**
 * What has a backend give that cookie with its answers. It is added: `set` would take the service's own cookies away.
 *
 * @param seconds how long the user stays
 */
export function stickyFilter(environment: EnvironmentName, version: string, seconds: number) {
  const value = givenCookie(cookieValue(environment, version), seconds);
  return {
    type: "ResponseHeaderModifier" as const,
    responseHeaderModifier: { add: [{ name: "Set-Cookie", value }] },
  };
}

const asked = new RegExp(String.raw`^\^\(\.\*; \*\)\?${stickyCookie}=(blue|green)-[0-9a-f]{12}\(;\.\*\)\?\$$`);

/** Which side's users a rule keeps there; undefined where it takes anybody else, or leads anywhere else. */
export function keptBy(
  { matches, backendRefs }: SeenRoute["spec"]["rules"][number],
  backends: RouteBackends,
): EnvironmentName | undefined {
  return environmentNames.find(
    (environment) =>
      matches.length > 0 &&
      matches.every(
        ({ headers: [only, ...more] }) =>
          more.length === 0 &&
          only?.type === "RegularExpression" &&
          only.name.toLowerCase() === "cookie" &&
          asked.exec(only.value)?.[1] === environment,
      ) &&
      backendRefs.length > 0 &&
      backendRefs.every(({ name, weight }) => name === backends[environment] && weight > 0),
  );
}
