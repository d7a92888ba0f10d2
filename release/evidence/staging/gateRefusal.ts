import { clockSkew } from "../../checklist/evidence.ts";
import { spokenDuration } from "../../duration.ts";
import type { StagingSummary } from "./stagingSummary.ts";

/** Longest time since something happened in staging: 7 days. Milliseconds. */
export const oldestStaging = 7 * 24 * 3_600_000;

/** Why a gate cannot be said to have passed for a version in what serves there; undefined when it did. */
export function gateRefusal(
  it: StagingSummary,
  gate: "health" | "smoke",
  version: string,
  now: Date,
): string | undefined {
  const passed = it.gates.filter((one) => one.gate === gate && one.environment === it.live);
  const own = passed.filter((one) => one.version === version);
  if (own.length === 0) {
    const other = passed[0];
    const instead = other === undefined ? "" : `; it did for ${other.version}`;
    const why =
      it.from === "outputs" && it.gates.length === 0
        ? "; the outputs say nothing of gates: give the file of `pulumi stack export`"
        : instead;
    return `there is no proof that the ${gate} gate passed for ${version} in ${it.live}${why}`;
  }
  const newest = Math.max(...own.map((one) => Date.parse(one.at)));
  return timeRefusal(`the ${gate} gate`, newest, now);
}

/** Why the time at which something happened there cannot be taken. @param at milliseconds since 1970 */
export function timeRefusal(what: string, at: number, now: Date): string | undefined {
  const age = now.getTime() - at;
  if (Number.isNaN(age)) return `${what} has no readable time`;
  if (age < -clockSkew) return `${what} passed in the future, at ${new Date(at).toISOString()}`;
  if (age > oldestStaging) {
    return `${what} passed ${spokenDuration(age)} ago; at most ${spokenDuration(oldestStaging)} are taken`;
  }
  return undefined;
}
