import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, other, servesAll, type Weights, weightsFor } from "../environment.ts";
import type { Kind } from "../transition.ts";

/** Traffic goes back by itself when the alarm fires: what the switch recorded. */
export interface Armed {
  readonly armed: true;
  /** The version that was switched to, and where it serves. */
  readonly version: string;
  readonly leaves: EnvironmentName;
  /** What served before the switch. */
  readonly returnsTo: EnvironmentName;
  readonly returnsToVersion: string;
  /** Name of the alarm that sends it back. */
  readonly alarm: string;
  /** Milliseconds from the moment of the arming; then it is over by itself. */
  readonly forMs: number;
  /** Whether traffic was read to be there; false from just before the rules move until then. */
  readonly switched: boolean;
  /** When it was armed first, milliseconds since 1970; left out until traffic was read to be there. */
  readonly since?: number | undefined;
}

/** Nothing moves by itself. */
export interface Disarmed {
  readonly armed: false;
  readonly why: string;
  /** The version that the last switch went to: going there again is no rollback, whatever was live before. */
  readonly last?: string | undefined;
}

export type Arming = Armed | Disarmed;

/** What is known when an update is about to set the weights. */
export interface ArmingFacts {
  readonly kind: Kind | undefined;
  /** Weights that the update makes. */
  readonly weights: Weights;
  readonly versions: { readonly [Name in EnvironmentName]?: string | undefined };
  /** Weights of each service's rule as they are now; undefined where it has none. */
  readonly serving: readonly (Weights | undefined)[];
  /** Name of the alarm that says no-go, by environment. */
  readonly alarms: Readonly<Record<EnvironmentName, string>>;
  readonly forMs: number;
  /** Version that was given its go. */
  readonly go: string | undefined;
  /** What was recorded before. */
  readonly recorded: Arming | undefined;
}

/**
 * What must be recorded before the weights are set. Armed by a switch away from an environment that took all traffic of all services,
 * and by nothing else: a rollback never arms the way back to what it left, one that goes to what it left once more is armed, and traffic that was shared has no one place to go back to.
 *
 * @returns the record as it is, where nothing changes it
 */
export function armingFor(facts: ArmingFacts): Arming {
  const { kind, weights, versions, recorded, go } = facts;
  const last = lastOf(recorded);
  const disarmed = (why: string): Disarmed => ({ armed: false, why, ...(last === undefined ? {} : { last }) });
  const leaves = servesAll(weights);
  const version = leaves === undefined ? undefined : versions[leaves];
  if (leaves === undefined || version === undefined) return disarmed("traffic is shared between blue and green");
  const returnsTo = other(leaves);
  const returnsToVersion = versions[returnsTo];
  if (kind === "rollback" && version !== last) return disarmed(`${version} was rolled back to`);
  if (go === version) return disarmed(`${version} has its go`);
  const serving = facts.serving.filter((it) => it !== undefined);
  if (serving.length === 0) return disarmed("nothing served before");
  const all = (wanted: Weights) => serving.every((it) => isDeepStrictEqual(it, wanted));
  const stands = recorded?.armed === true && recorded.version === version && recorded.leaves === leaves;
  if (all(weightsFor(returnsTo))) {
    if (returnsToVersion === undefined) return disarmed(`${returnsTo} has no version to go back to`);
    const alarm = facts.alarms[leaves];
    return { armed: true, version, leaves, returnsTo, returnsToVersion, alarm, forMs: facts.forMs, switched: false };
  }
  if (stands && recorded.returnsToVersion !== returnsToVersion) {
    return disarmed(`${recorded.returnsToVersion} is not in ${returnsTo} any more`);
  }
  if (stands) return recorded;
  if (!all(weights))
    return disarmed("traffic was shared before the switch, so there is no one environment to go back to");
  return recorded?.armed === false ? recorded : disarmed(`${version} serves already`);
}

/**
 * What must be recorded when traffic was read to be where the switch wanted it: the bake begins with that, however long ago the
 * arming was; an alarm since the arming counts.
 *
 * @param at when the record was written, milliseconds since 1970
 * @returns undefined where the record may stay as it is
 */
export function bakeBegins(recorded: Arming | undefined, at: number): Armed | undefined {
  return recorded?.armed === true && !recorded.switched ? { ...recorded, switched: true, since: at } : undefined;
}

/**
 * What must be recorded before an environment takes a version: the way back to what was there is gone.
 *
 * @returns undefined where the record may stay as it is
 */
export function standDown(
  recorded: Arming | undefined,
  environment: EnvironmentName,
  version: string,
): Disarmed | undefined {
  if (recorded?.armed !== true || recorded.returnsTo !== environment || recorded.returnsToVersion === version) {
    return undefined;
  }
  const why = `${environment} takes ${version} in place of ${recorded.returnsToVersion}`;
  return { armed: false, why, last: recorded.version };
}

function lastOf(recorded: Arming | undefined): string | undefined {
  return recorded?.armed === true ? recorded.version : recorded?.last;
}
