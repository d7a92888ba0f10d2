import type { EnvironmentName } from "../environment.ts";
import type { Kind, Refusal } from "../transition.ts";
import type { ChecklistItem } from "./item.ts";
import { judgeChecklist, refusalText, stands } from "./judge.ts";
import { type CarriedChecklist, isJudged, judgedEnvironments } from "./judged.ts";

/** What an update is, as far as its checklist is concerned. */
export interface UpdateUnderCheck {
  readonly kind: Kind;
  readonly live: EnvironmentName;
  readonly environments: Readonly<Partial<Record<EnvironmentName, { readonly version: string } | undefined>>>;
  readonly checklist?: CarriedChecklist | undefined;
}

/**
 * Why an update must not be, by the checklist: one refusal an item that fails, the same text as everywhere. Empty for a rollback, a promotion,
 * for everyday updates, and where the stack's level is not `mandatory`.
 */
export function checklistRefusals(items: readonly ChecklistItem[], update: UpdateUnderCheck, now: Date): Refusal[] {
  const { kind, live, environments, checklist } = update;
  if (!isJudged(kind)) return [];
  if (checklist === undefined) {
    return [refusal("The Release carries no checklist.", "Leave the Release to Greenlight's own program.")];
  }
  if (checklist.level !== "mandatory") return [];
  return judgedEnvironments(kind, live, checklist, environments).flatMap((name) => {
    const facts = checklist[name];
    const version = environments[name]?.version;
    if (facts === undefined) {
      return [
        refusal(
          `Nothing is known of the checklist of ${version ?? name}.`,
          "Leave the Release to Greenlight's own program.",
        ),
      ];
    }
    if (facts.version !== version) {
      return [
        refusal(
          `The checklist is of ${facts.version}, but ${name} gets ${version ?? "no version"}.`,
          "Run the update again.",
        ),
      ];
    }
    return judgeChecklist(items, facts, now)
      .items.filter((it) => !stands(it))
      .map((it) => refusal(refusalText(it), ""));
  });
}

function refusal(happened: string, next: string): Refusal {
  return { field: "checklist", happened, next };
}
