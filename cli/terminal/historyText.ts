import { spokenDuration } from "../../release/duration.ts";
import type { HistoryJson } from "../commands/history.ts";
import type { Deed, ReleaseDeed } from "../history/deeds.ts";
import { oneLine, wrap } from "./printable.ts";
import { localTime } from "./statusText.ts";
import type { Style } from "./style.ts";

const indent = 4;

/** What `greenlight history` prints: damage first, then the deeds, newest first. */
export function historyText(history: HistoryJson, style: Style, columns: number): string {
  const width = Math.max(40, Math.min(columns, 120));
  const lines: string[] = [];
  if (history.problems.length > 0) {
    lines.push(style.red(style.bold("THE JOURNAL IS DAMAGED: what it tells may be incomplete or false.")));
    for (const { line, happened } of history.problems.slice(0, 10)) {
      lines.push(
        ...wrap(`${line === 0 ? "whole file" : `line ${line}`}: ${happened}`, width - 2).map((it) =>
          style.red(`  ${it}`),
        ),
      );
    }
    if (history.problems.length > 10) lines.push(style.red(`  and ${history.problems.length - 10} more`));
    lines.push(`  in ${history.journal}`, "  Compare it with a copy; Greenlight does not repair it.", "");
  }
  if (history.torn) {
    lines.push(style.yellow("The last line is unfinished: its writer was killed. The next command cuts it off."), "");
  }
  if (history.deeds.length === 0) lines.push(`Nothing was done to the stack ${history.stack} yet.`);
  for (const deed of history.deeds) {
    const good = isGood(deed);
    const mark = good === undefined ? style.cyan("●") : good ? style.green("✓") : style.red("✗");
    lines.push(`${mark} ${style.bold(localTime(deed.at))}  ${oneLine(sayDeed(deed))}, by ${oneLine(sayWho(deed))}`);
    const more = oneLine(sayMore(deed));
    if (more !== "") lines.push(...wrap(more, width - indent).map((it) => `${" ".repeat(indent)}${it}`));
  }
  if (history.total > history.deeds.length) {
    lines.push(style.dim(`${history.total - history.deeds.length} older ones: --limit ${history.total}`));
  }
  return lines.join("\n");
}

/** Undefined for what has not ended. */
function isGood(deed: Deed): boolean | undefined {
  if (deed.kind === "drill") return deed.passed;
  if (deed.kind !== "release") return true;
  return deed.outcome === "open" ? undefined : deed.outcome === "released";
}

function sayDeed(deed: Deed): string {
  if (deed.kind === "release") return `release ${deed.version}: ${sayOutcome(deed)}`;
  if (deed.kind === "drill") return `${deed.what} drill of ${deed.version}: ${deed.passed ? "passed" : "failed"}`;
  const from = deed.fromVersion === null ? "" : ` from ${deed.fromVersion}`;
  return `${deed.kind} to ${deed.to} ${deed.version}${from}`;
}

function sayOutcome({ at, endedAt, outcome }: ReleaseDeed): string {
  if (endedAt === null) return "not ended";
  return `${outcome} after ${spokenDuration(Date.parse(endedAt) - Date.parse(at))}`;
}

function sayWho(deed: Deed): string {
  return deed.kind === "release" ? [deed.by, ...deed.alsoBy].join(", ") : deed.by;
}

function sayMore(deed: Deed): string {
  if (deed.kind === "release" || deed.kind === "drill") return deed.sentence;
  const database = {
    kept: "database kept",
    script: "database by its rollback script",
    snapshot: "database from the snapshot",
  };
  return [deed.why, deed.database === null ? "" : database[deed.database]].filter((it) => it !== "").join("; ");
}
