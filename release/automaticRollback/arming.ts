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
  /**
   * What a rule may say while its traffic has not gone back: what the update found there, and last what it makes. Left out where the
   * version gets everything at once.
   */
  readonly weights?: readonly Weights[] | undefined;
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
  /** The environment that the update calls live; the other one gets what `weights` take from it. */
  readonly live: EnvironmentName;
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
 * What must be recorded before the weights are set. Armed by a switch away from an environment that took all traffic of all services, by
 * every share that is taken from such a one, and by nothing else: a rollback never arms the way back to what it left, one that goes to
 * what it left once more is armed, and traffic that was shared by nobody knows whom has no one place to go back to.
 *
 * @returns the record as it is, where nothing changes it
 */
export function armingFor(facts: ArmingFacts): Arming {
  const { kind, live, weights, versions, recorded, go } = facts;
  const last = lastOf(recorded);
  const disarmed = (why: string): Disarmed => ({ armed: false, why, ...(last === undefined ? {} : { last }) });
  const leaves = servesAll(weights) === undefined ? other(live) : live;
  const version = versions[leaves];
  if (version === undefined) return disarmed(`${leaves} has no version`);
  const returnsTo = other(leaves);
  const returnsToVersion = versions[returnsTo];
  if (kind === "rollback" && version !== last) return disarmed(`${version} was rolled back to`);
  if (go === version) return disarmed(`${version} has its go`);
  const serving = facts.serving.filter((it) => it !== undefined);
  if (serving.length === 0) return disarmed("nothing served before");
  const all = (...wanted: readonly Weights[]) =>
    serving.every((it) => wanted.some((one) => isDeepStrictEqual(it, one)));
  const before = weightsFor(returnsTo);
  const stands = recorded?.armed === true && recorded.version === version && recorded.leaves === leaves;
  const made = stands ? madeBy(recorded) : [];
  if (stands && recorded.returnsToVersion !== returnsToVersion && !all(before)) {
    return disarmed(`${recorded.returnsToVersion} is not in ${returnsTo} any more`);
  }
  if (stands && !all(before) && isDeepStrictEqual(made.at(-1), weights)) return recorded;
  if (all(before) || (stands && all(before, ...made, weights))) {
    if (returnsToVersion === undefined) return disarmed(`${returnsTo} has no version to go back to`);
    const alarm = facts.alarms[leaves];
    const armed: Armed = {
      armed: true,
      version,
      leaves,
      returnsTo,
      returnsToVersion,
      alarm,
      forMs: facts.forMs,
      switched: false,
    };
    const found = made.filter(
      (it) => !isDeepStrictEqual(it, weights) && serving.some((one) => isDeepStrictEqual(one, it)),
    );
    const toAll = found.length === 0 && servesAll(weights) === leaves;
    return toAll ? armed : { ...armed, weights: [...found, weights] };
  }
  if (!all(weights)) {
    return disarmed("traffic was shared before this, so there is no one environment to go back to");
  }
  return recorded?.armed === false ? recorded : disarmed(`${version} serves already`);
}

/** What a rule may say while traffic is where the update put it, the last one what it is to say in the end. */
export function madeBy({ weights, leaves }: Armed): readonly Weights[] {
  return weights ?? [weightsFor(leaves)];
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
  stopped = false,
): Disarmed | undefined {
  if (recorded?.armed !== true || recorded.returnsTo !== environment) return undefined;
  if (stopped) return { armed: false, why: `${environment} ${version} is stopped`, last: recorded.version };
  if (recorded.returnsToVersion === version) return undefined;
  const why = `${environment} takes ${version} in place of ${recorded.returnsToVersion}`;
  return { armed: false, why, last: recorded.version };
}

function lastOf(recorded: Arming | undefined): string | undefined {
  return recorded?.armed === true ? recorded.version : recorded?.last;
}
