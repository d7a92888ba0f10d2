import Table from "cli-table3";
import { count, counted, megabytes, milliseconds } from "./report/wording.ts";
import type { Summary } from "./summary.ts";

/** The rehearsal's end on a terminal: one table, and the figures below it. */
export function summaryText(
  summary: Summary,
  files: { readonly summary: string; readonly report: string },
  columns: number,
): string {
  const width = Math.max(72, Math.min(columns, 180));
  // Borders and padding take 13 columns; "ok" takes 5, the title a quarter of the rest.
  const rest = width - 13 - 5;
  const title = Math.max(16, Math.floor(rest * 0.22));
  const expected = Math.floor((rest - title) * 0.42);
  const table = new Table({
    head: ["scenario", "expected", "seen", "ok"],
    colWidths: [title + 2, expected + 2, rest - title - expected + 2, 6],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const it of summary.scenarios) table.push([it.title, it.expected, it.seen, it.ok ? "yes" : "NO"]);
  return [table.toString(), ...figures(summary), `summary  ${files.summary}`, `report   ${files.report}`].join("\n");
}

function figures(summary: Summary): string[] {
  const { switches, rollbacks, memory, scenarios } = summary;
  const { median, max } = switches.lastOldAnswerMs;
  const good = scenarios.filter((it) => it.ok).length;
  return [
    `${summary.ok ? "All as expected" : "NOT AS EXPECTED"}: ${good} of ${counted(scenarios.length, "scenario")} in ${milliseconds(summary.durationMs)}.`,
    `${count(summary.requests)} requests, ${count(summary.failed)} failed where none may, ${count(summary.failedWhereAllowed)} where they may.`,
    ...(median === null || max === null
      ? []
      : [
          `Old side's last answer after a switch: ${milliseconds(median)} (median of ${switches.count}), at most ${milliseconds(max)}.`,
        ]),
    ...(rollbacks.verdictToLastBadAnswerMs.length === 0
      ? []
      : [
          `Bad version's last answer after the verdict: at most ${milliseconds(Math.max(...rollbacks.verdictToLastBadAnswerMs))}.`,
        ]),
    `Memory of all that was started, the load aside: at most ${megabytes(memory.peakBytes)}.`,
  ];
}
