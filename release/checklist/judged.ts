import { type EnvironmentName, environmentNames, other } from "../environment.ts";
import type { Kind } from "../transition.ts";
import type { ChecklistFacts, ChecklistLevel } from "./facts.ts";

/** What the Release resource carries of the checklist: facts of each environment that did not serve when they were gathered. */
export interface CarriedChecklist {
  readonly level: ChecklistLevel;
  readonly blue?: ChecklistFacts | undefined;
  readonly green?: ChecklistFacts | undefined;
}

/** Whether an update is judged at all: nothing holds up a way back, nor what users' requests decide. */
export function isJudged(kind: Kind): boolean {
  return kind !== "none" && kind !== "promotion" && kind !== "rollback";
}

/**
 * The environments whose checklist an update is judged by: where a release goes, or what a switch or a first share moves traffic to. A rollback, a
 * promotion and everyday updates are never held up by evidence.
 */
export function judgedEnvironments(
  kind: Kind,
  live: EnvironmentName,
  carried: CarriedChecklist,
  environments: Readonly<Partial<Record<EnvironmentName, unknown>>>,
): readonly EnvironmentName[] {
  if (kind === "switch") return [live];
  // Judged when it gets its first share; what it is promoted on after that is what users' requests say.
  if (kind === "canary") return [other(live)];
  if (kind !== "release") return [];
  const candidate = other(live);
  // What carries nothing is judged all the same where it is the candidate's place: facts of the other side do not stand for it.
  const judged = environmentNames.filter(
    (name) => carried[name] !== undefined || (name === candidate && environments[name] !== undefined),
  );
  return judged.length > 0 ? judged : [candidate];
}
