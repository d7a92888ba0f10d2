import { join, resolve } from "node:path";
import type { Settings } from "../../config.ts";
import { readPlatform, readServing } from "../../provider/local/serving.ts";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../release/checklist/judge.ts";
import type { CarriedChecklist } from "../../release/checklist/judged.ts";
import { checklistSummary } from "../../release/checklist/summary.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { liveHealth } from "../liveHealth.ts";
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
  // Users' requests are counted for a while: nothing takes longer, so it begins first.
  const live = it.phase === "day" ? liveHealth({ dir, settings, signal }) : undefined;
  const serving = await servingNow(dir);
  const gathered = await Promise.all(
    environmentNames.map(async (name) => {
      const version = settings[name];
      if (version === undefined || name === serving) return {};
      return { [name]: await checklistOf({ ...it, version, live, signal }) };
    }),
  );
  return { level, ...Object.assign({}, ...gathered) };
}

/** Unknown is nobody: then every environment's facts are gathered. */
async function servingNow(dir: string): Promise<EnvironmentName | undefined> {
  const facts = readPlatform(dir);
  if (facts === undefined) return undefined;
  return readServing(facts).then(
    (it) => it.environment,
    () => undefined,
  );
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
