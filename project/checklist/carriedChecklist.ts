import { join, resolve } from "node:path";
import type { Settings } from "../../config.ts";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../release/checklist/judge.ts";
import type { CarriedChecklist } from "../../release/checklist/judged.ts";
import { checklistSummary } from "../../release/checklist/summary.ts";
import { environmentNames } from "../../release/environment.ts";
import { askedPlatform } from "../platform/platform.ts";
import { checklistOf } from "./checklistOf.ts";

/**
 * What the Release resource carries of the checklist: the facts of every environment that does not serve all users now. What
 * serves is not judged again.
 */
export async function carriedChecklist(it: {
  readonly project: string;
  readonly stack: string;
  readonly settings: Settings;
  readonly phase: ChecklistFacts["phase"];
}): Promise<CarriedChecklist> {
  const { settings } = it;
  const { level } = settings.checklist;
  // The engine ends the program when a person stops it.
  const { signal } = new AbortController();
  const dir = join(resolve(it.project, settings.folder), it.stack);
  const platform = await askedPlatform({ ...it, dir, signal });
  // Users' requests are counted for a while: nothing takes longer, so it begins first.
  const live = it.phase === "day" ? platform.health() : undefined;
  // Unknown is nobody: then every environment's facts are gathered.
  const serving = await platform.serving();
  const gathered = await Promise.all(
    environmentNames.map(async (name) => {
      const version = settings[name];
      if (version === undefined || name === serving) return {};
      return { [name]: await checklistOf({ ...it, version, platform, live, signal }) };
    }),
  );
  return { level, ...Object.assign({}, ...gathered) };
}

/** The lines about it at the head of a preview: one for each version that is judged. */
export function sayChecklists(carried: CarriedChecklist): string[] {
  return environmentNames.flatMap((name) => {
    const facts = carried[name];
    if (facts === undefined) return [];
    const said = checklistSummary(judgeChecklist(checklistItems, facts, new Date()));
    return [`checklist of ${facts.version}${carried.level === "advisory" ? " (advisory)" : ""}: ${said}`];
  });
}
