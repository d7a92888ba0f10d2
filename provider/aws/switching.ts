import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, sayWeights, type Weights } from "../../release/environment.ts";
import { receivingFault as faultOf } from "../../release/receivingFault.ts";
import type { SeenRule } from "./readRules.ts";
import type { SeenTargets } from "./readTargets.ts";

/**
 * Rules whose weights are neither what the last update left nor what this one asks for: somebody else moved them. A sentence each.
 *
 * @param left weights by service after the last update; undefined before the first
 */
export function strangers(
  rules: readonly SeenRule[],
  left: Readonly<Record<string, Weights>> | undefined,
  asked: Weights,
): string[] {
  return rules.flatMap(({ service, rule, weights }) => {
    const known = left?.[service];
    // A service that is new in this update, or a rule that somebody deleted, has no weights to lose.
    if (known === undefined || weights === undefined) return [];
    if (isDeepStrictEqual(weights, known) || isDeepStrictEqual(weights, asked)) return [];
    return [`${service} is served ${sayWeights(weights)}, the last update left ${sayWeights(known)} (${rule})`];
  });
}

/** Why an environment that would receive more traffic than before is not fit to; undefined when it is, or receives no more. */
export function receivingFault(
  service: string,
  before: Weights,
  after: Weights,
  targets: Readonly<Record<EnvironmentName, SeenTargets>>,
  needed?: Readonly<Record<EnvironmentName, number>>,
): string | undefined {
  const servers = ({ of, healthy, reasons }: SeenTargets) => ({ of, ready: healthy, trouble: reasons[0] });
  const sides = { blue: servers(targets.blue), green: servers(targets.green) };
  return faultOf(service, before, after, sides, { one: "target", many: "targets", fit: "healthy" }, needed);
}

/** What serves a service, in words. */
export function sayShares({ service, weights }: SeenRule): string {
  return `${service} ${weights === undefined ? "by nobody" : `by ${sayWeights(weights)}`}`;
}
