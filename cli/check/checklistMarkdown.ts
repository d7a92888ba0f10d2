import { type ChecklistVerdict, type ItemVerdict, overrideText, stands } from "../../release/checklist/judge.ts";
import { oneLine } from "../terminal/printable.ts";

const marks = { pass: "✅", fail: "❌", "not applicable": "➖" } as const;

/** The checklist as Markdown, for a comment on a pull request: one table, what fails first. */
export function checklistMarkdown(verdict: ChecklistVerdict): string {
  const failing = verdict.items.filter((it) => !stands(it));
  const rest = verdict.items.filter(stands);
  return [
    `### ${verdict.ok ? "Go" : "No-go"}: the checklist of ${cell(verdict.version)}`,
    "",
    verdict.ok
      ? "Every item stands."
      : `${failing.length} of ${verdict.items.length} items ${failing.length === 1 ? "fails" : "fail"}.`,
    "",
    "| | item | found | evidence | to mend |",
    "|---|---|---|---|---|",
    ...[...failing, ...rest].map(row),
    "",
  ].join("\n");
}

function row(it: ItemVerdict): string {
  const { override } = it;
  const said = override === undefined ? it.reason : `OVERRIDE by ${overrideText(override)} (${it.reason})`;
  const evidence = (it.evidence ?? [])
    .slice(0, 3)
    .map((ref) => [ref.source, ref.at ?? ""].filter((part) => part !== "").join(" "));
  const mark = override === undefined ? marks[it.verdict] : "⚠️";
  return `| ${mark} | \`${it.id}\` | ${cell(said)} | ${cell(evidence.join("; "))} | ${stands(it) ? "" : cell(it.mend)} |`;
}

/** Text of evidence must stay text: no cell ends early, no mention, link, image or tag is made of it. */
function cell(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]<>#|!~]/g, (sign) => `\\${sign}`)
    .replaceAll("@", "@\u200b");
}
