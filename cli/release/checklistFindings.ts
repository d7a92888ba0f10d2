import { checklistOf } from "../../project/checklist/checklistOf.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist, refusalText, stands } from "../../release/checklist/judge.ts";
import { judgedItem } from "../../release/checklist/judgedItem.ts";
import { checklistSummary } from "../../release/checklist/summary.ts";
import type { ReleaseRun } from "./releaseRun.ts";

/** What `greenlight release` makes itself at T-30 is judged after that, by the preview. */
export async function checklistFindings(run: ReleaseRun): Promise<string[]> {
  const { context, settings, version, signal, reporter } = run;
  const { level } = settings.checklist;
  const { project, stack } = context;
  const facts = await checklistOf({ project, stack, settings, version, phase: "day", signal });
  const verdict = judgeChecklist(checklistItems, facts, new Date(), "T-30");
  run.checklist = verdict.items.map(judgedItem);
  const text = `checklist: ${checklistSummary(verdict)}`;
  reporter.tell({ kind: verdict.items.some((it) => it.override !== undefined) ? "warning" : "step", text });
  return level === "advisory" ? [] : verdict.items.filter((it) => !stands(it)).map(refusalText);
}
