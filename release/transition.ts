import { type Deployed, sameDeployed } from "./deployed.ts";
import { type EnvironmentName, environmentNames, other } from "./environment.ts";
import { type RollingService, rollingRefusals } from "./rollingRules.ts";
import { kindOfShare, shareRefusals } from "./sharedTraffic.ts";

export const kinds = ["release", "switch", "canary", "promotion", "rollback", "none"] as const;

/**
 * What kind of update this is. `canary` gives a candidate its first share of users' traffic; `promotion` gives it more, or all;
 * `none` is everything that moves neither a version nor traffic.
 */
export type Kind = (typeof kinds)[number];

/** A rule set aside for once, and who answers for it. Carried for the record; transition rules have no override. */
export interface Override {
  readonly item: string;
  readonly by: string;
  readonly reason: string;
  /** ISO time. */
  readonly until: string;
}

/** The plain facts that the Release resource carries. */
export interface ReleaseFacts {
  readonly kind: Kind;
  readonly live: EnvironmentName;
  readonly environments: { readonly blue?: Deployed | undefined; readonly green?: Deployed | undefined };
  /** Percent of users' traffic that the side that is not live gets. Default: 0. */
  readonly share?: number | undefined;
  /** What each service runs, where instances follow traffic. */
  readonly rolling?: Readonly<Record<string, RollingService>> | undefined;
  /** Versions that were live before, newest first, without the one that is live now. */
  readonly history: readonly string[];
  readonly overrides?: readonly Override[] | undefined;
}

/** Why a transition is refused. */
export interface Refusal {
  /** Input of the Release resource that is at fault, such as `environments.blue` or `live`. */
  readonly field: string;
  readonly happened: string;
  /** What to do instead. */
  readonly next: string;
}

/** How many versions the history keeps. */
export const historyLimit = 50;

/** What is live by these facts; undefined before anything was deployed. */
export function liveDeployed(facts: ReleaseFacts | undefined): Deployed | undefined {
  return facts?.environments[facts.live];
}

/** What kind of update leads from `before` (undefined: nothing yet) to `after`, whatever `after.kind` states. */
export function kindOf(before: ReleaseFacts | undefined, after: Omit<ReleaseFacts, "kind">): Kind {
  const served = liveDeployed(before);
  if (before === undefined || served === undefined) return "release";
  if (before.live !== after.live) {
    const next = after.environments[after.live];
    if (next !== undefined && before.history.includes(next.version)) return "rollback";
    return (before.share ?? 0) > 0 ? "promotion" : "switch";
  }
  const deploys = environmentNames.some((name) => isDeployedBy(before, after, name));
  // What deploys is judged as that, whatever share it takes away beside it.
  return deploys ? "release" : (kindOfShare(before.share ?? 0, after.share ?? 0) ?? "none");
}

function isDeployedBy(before: ReleaseFacts, after: Pick<ReleaseFacts, "environments">, name: EnvironmentName): boolean {
  const now = after.environments[name];
  return now !== undefined && !sameDeployed(before.environments[name], now);
}

/**
 * The history that belongs to `after`: what stops being live comes first, what becomes live leaves, and so does what is deployed anew: going
 * to that is no way back but a release once more, with all that one is held to.
 */
export function historyAfter(
  before: ReleaseFacts | undefined,
  after: Omit<ReleaseFacts, "kind" | "history">,
): readonly string[] {
  if (before === undefined) return [];
  const was = liveDeployed(before)?.version;
  const is = after.environments[after.live]?.version;
  const fresh = environmentNames
    .filter((name) => isDeployedBy(before, after, name))
    .map((name) => after.environments[name]?.version);
  const stayed = before.history.filter((version) => !fresh.includes(version));
  if (was === undefined || was === is) return stayed;
  return [was, ...stayed.filter((version) => version !== was)]
    .filter((version) => version !== is)
    .slice(0, historyLimit);
}

/**
 * Why an update must not be: empty when it may. `before` is what the last update left, undefined at the first.
 *
 * - The live environment's version, and the manifest it came from, never change.
 * - Traffic never moves in the update that deploys what it moves to, nor in the one that replaces or retires the old side
 *   (the first deployment aside: nothing is live before it).
 * - The live environment has a version; the candidate is not what is live already.
 * - A share of traffic goes to a candidate that an earlier update deployed, and to nothing else (./sharedTraffic.ts).
 * - Where instances follow traffic, no side has fewer than its traffic takes (./rollingRules.ts).
 * - The stated kind is what the change is; the history holds nothing that was not live.
 */
export function checkTransition(before: ReleaseFacts | undefined, after: ReleaseFacts): readonly Refusal[] {
  const idle = other(after.live);
  const live = after.environments[after.live];
  const candidate = after.environments[idle];
  const served = liveDeployed(before);
  const refusals: Refusal[] = [];

  if (live === undefined) {
    refusals.push({
      field: "live",
      happened: `live names ${after.live}, where no version is deployed.`,
      next: `Deploy a version to ${after.live} first, or leave live as it is${before === undefined ? "" : ` (${before.live})`}.`,
    });
  }
  if (before !== undefined && served !== undefined) {
    refusals.push(...(before.live === after.live ? liveChanges(before, served, after) : switchMixtures(before, after)));
  }
  const candidateIsNew = candidate !== undefined && !sameDeployed(before?.environments[idle], candidate);
  if (live !== undefined && candidateIsNew && candidate.version === live.version) {
    refusals.push({
      field: `environments.${idle}`,
      happened: `${candidate.version} is already live in ${after.live}.`,
      next: `Give ${idle} another version, or leave it as it is.`,
    });
  }
  refusals.push(...shareRefusals(before, after), ...rollingRefusals(before, after), ...historyForgeries(before, after));
  const kind = kindOf(before, after);
  // The right kind of a change that must not be would mislead.
  if (refusals.length === 0 && kind !== after.kind) {
    refusals.push({
      field: "kind",
      happened: `The update says it is ${kindWords[after.kind]}, but it is ${kindWords[kind]}.`,
      next: `Set kind to ${kind}.`,
    });
  }
  return refusals;
}

/**
 * Why an update must not be, by what takes users' traffic now: after a switch that failed halfway, or a way back that no update
 * knows of, that is another side than the last update named live. It is not changed either.
 *
 * @param serving environments with a share of users' traffic, as read from the platform
 */
export function checkServing(
  before: ReleaseFacts | undefined,
  after: ReleaseFacts,
  serving: readonly EnvironmentName[],
): readonly Refusal[] {
  return serving.flatMap((name) => {
    const now = before?.environments[name];
    const next = after.environments[name];
    if (before === undefined || now === undefined || name === before.live || sameDeployed(now, next)) return [];
    const change =
      next === undefined ? "retired" : next.version === now.version ? "redeployed" : `changed to ${next.version}`;
    return [
      {
        field: `environments.${name}`,
        happened: `${name} takes users' traffic with ${now.version}, though the last update named ${before.live} live, and would be ${change} while it serves.`,
        next: `Leave ${name} as it is; set live to the side that shall serve and update, then deploy to the other.`,
      },
    ];
  });
}

const kindWords: Readonly<Record<Kind, string>> = {
  release: "a release",
  switch: "a switch",
  canary: "a first share of traffic (canary)",
  promotion: "a promotion",
  rollback: "a rollback",
  none: "neither release, switch, promotion nor rollback (none)",
};

function liveChanges(before: ReleaseFacts, served: Deployed, after: ReleaseFacts): Refusal[] {
  const now = after.environments[after.live];
  if (now === undefined || sameDeployed(served, now)) return [];
  const idle = other(before.live);
  return [
    {
      field: `environments.${before.live}`,
      happened:
        served.version === now.version
          ? `${before.live} is live with ${served.version}, and the manifest it was deployed from would change under it.`
          : `${before.live} is live with ${served.version} and would be changed to ${now.version} while it serves.`,
      next: `Leave ${before.live} as it is and deploy the change as a new version to ${idle}; switch in a later update.`,
    },
  ];
}

function switchMixtures(before: ReleaseFacts, after: ReleaseFacts): Refusal[] {
  const refusals: Refusal[] = [];
  const to = after.environments[after.live];
  const from = after.environments[before.live];
  if (to !== undefined && !sameDeployed(before.environments[after.live], to)) {
    refusals.push({
      field: `environments.${after.live}`,
      happened: `${to.version} would be deployed to ${after.live} and traffic switched to it in one update.`,
      next: `Leave live at ${before.live} and deploy ${to.version} first; switch in the next update, when its gates have passed.`,
    });
  }
  if (!sameDeployed(before.environments[before.live], from)) {
    const was = before.environments[before.live]?.version ?? "what is there";
    refusals.push({
      field: `environments.${before.live}`,
      happened: `Traffic would leave ${before.live}, and ${was} there would be ${from === undefined ? "retired" : `replaced by ${from.version}`}, in one update.`,
      next: `Keep ${was} in ${before.live}: it is the way back. Retire or replace it in a later update.`,
    });
  }
  return refusals;
}

function historyForgeries(before: ReleaseFacts | undefined, after: ReleaseFacts): Refusal[] {
  const known = historyAfter(before, after);
  const foreign = after.history.filter((version) => !known.includes(version));
  if (foreign.length === 0) return [];
  return [
    {
      field: "history",
      happened: `The history names ${foreign.slice(0, 5).join(", ")}, which ${foreign.length === 1 ? "was" : "were"} not live before on this stack.`,
      next: "Leave the history to Greenlight: it follows from the updates.",
    },
  ];
}
