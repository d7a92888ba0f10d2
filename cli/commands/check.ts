import { setTimeout as pause } from "node:timers/promises";
import { checklistOf } from "../../project/checklist/checklistOf.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { itemNamed } from "../../release/checklist/items/named.ts";
import { type ChecklistVerdict, judgeChecklist, stands } from "../../release/checklist/judge.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { checklistMarkdown } from "../check/checklistMarkdown.ts";
import { checklistJunit, checklistSarif } from "../check/checklistReports.ts";
import { checklistText, itemText } from "../check/checklistText.ts";
import { openContext } from "../context.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import type { TerminalOptions } from "../terminal/run.ts";
import { columnsOf, styleFor } from "../terminal/style.ts";

export const checkFormats = ["text", "markdown", "json", "sarif", "junit"] as const;
export type CheckFormat = (typeof checkFormats)[number];

export interface CheckOptions extends TerminalOptions {
  readonly version: string;
  readonly format: CheckFormat;
  /** One item in detail. */
  readonly item?: string | undefined;
  /** Judge as a review does: what belongs to the day is left out. */
  readonly review: boolean;
  /** Judge again until every item stands. */
  readonly watch: boolean;
}

/** Time between two looks of `--watch`. Milliseconds. */
const watchEvery = 3_000;

/** The whole checklist of a version, judged now. Changes nothing. */
export async function checkCommand(
  options: CheckOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult> {
  const context = openContext(options);
  const settings = context.settings();
  const { version, review } = options;
  const wanted = options.item === undefined ? undefined : itemNamed(options.item);
  const look = async (): Promise<ChecklistVerdict> => {
    const phase = review ? "review" : "day";
    const facts = await checklistOf({
      project: context.project,
      stack: context.stack,
      settings,
      version,
      phase,
      signal,
    });
    return judgeChecklist(checklistItems, facts, new Date());
  };
  const ready = (verdict: ChecklistVerdict) =>
    wanted === undefined ? verdict.ok : verdict.items.some((it) => it.id === wanted.id && stands(it));
  let verdict = await look();
  let told = "";
  while (options.watch && !ready(verdict)) {
    const text = textOf(verdict, { ...options, format: "text" }, "");
    if (text !== told) reporter.tell({ kind: "step", text });
    told = text;
    await pause(watchEvery, undefined, { signal });
    verdict = await look();
  }
  const shown =
    wanted === undefined ? verdict : { ...verdict, items: verdict.items.filter((it) => it.id === wanted.id) };
  return {
    exitCode: ready(verdict) ? exitCodes.ok : exitCodes.refused,
    json: { ...shown, ok: ready(verdict) },
    text: textOf(shown, options, `${settings.releases}/${version}.yaml`),
  };
}

function textOf(verdict: ChecklistVerdict, options: CheckOptions, manifest: string): string {
  switch (options.format) {
    case "markdown":
      return checklistMarkdown(verdict);
    case "json":
      return JSON.stringify(verdict, null, 2);
    case "sarif":
      return JSON.stringify(checklistSarif(verdict, manifest), null, 2);
    case "junit":
      return checklistJunit(verdict);
    case "text": {
      const page = {
        style: styleFor(process.stdout, options.color),
        columns: columnsOf(process.stdout),
        now: Date.now(),
      };
      const [only] = verdict.items;
      if (options.item === undefined || only === undefined) return checklistText(verdict, page);
      return itemText({ ...only, rule: itemNamed(only.id).rule }, page);
    }
  }
}
