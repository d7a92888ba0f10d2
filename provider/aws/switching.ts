import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, environmentNames, servesAll, type Weights } from "../../release/environment.ts";
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

/**
 * Why an environment that would receive more traffic than before is not fit to: a target that is not healthy, none at all, or fewer
 * than serve now. Undefined when it is, or receives no more.
 */
export function receivingFault(
  service: string,
  before: Weights,
  after: Weights,
  targets: Readonly<Record<EnvironmentName, SeenTargets>>,
): string | undefined {
  for (const name of environmentNames) {
    if (after[name] <= before[name]) continue;
    const { of, healthy, reasons } = targets[name];
    if (of === 0) return `${name} has no target for ${service}`;
    if (healthy < of) {
      const why = reasons[0] === undefined ? "" : ` (${reasons[0]})`;
      return `${healthy} of ${of} targets of ${service} in ${name} are healthy${why}`;
    }
    const serving = name === "blue" ? targets.green : targets.blue;
    const leaving = name === "blue" ? before.green : before.blue;
    if (leaving > 0 && healthy < serving.healthy) {
      return `${name} has ${healthy} targets for ${service} where ${serving.healthy} serve now`;
    }
  }
  return undefined;
}

/** Weights in words: `green 100 %`, or both shares. */
export function sayWeights(weights: Weights): string {
  const all = servesAll(weights);
  return all === undefined ? `blue ${weights.blue} %, green ${weights.green} %` : `${all} 100 %`;
}

/** What serves a service, in words. */
export function sayShares({ service, weights }: SeenRule): string {
  return `${service} ${weights === undefined ? "by nobody" : `by ${sayWeights(weights)}`}`;
}
