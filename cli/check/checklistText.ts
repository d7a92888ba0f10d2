import { groups } from "../../release/checklist/item.ts";
import { type ChecklistVerdict, type ItemVerdict, overrideText, stands } from "../../release/checklist/judge.ts";
import { spokenDuration } from "../../release/duration.ts";
import { oneLine, pad, wrap } from "../terminal/printable.ts";
import type { Page } from "../terminal/statusText.ts";

const idColumns = 34;

/** The checklist as a person reads it in ten seconds: what fails first, with what mends it; what passes, a line a group. */
export function checklistText(verdict: ChecklistVerdict, { style, columns, now }: Page): string {
  const width = Math.max(60, Math.min(columns, 140));
  const { items, version } = verdict;
  const lines: string[] = [];
  for (const it of items.filter(({ override }) => override !== undefined)) {
    lines.push(
      ...overrideLines(it)
        .flatMap((line) => wrap(oneLine(line), width))
        .map((line) => style.bold(style.yellow(line))),
    );
  }
  for (const it of items.filter((candidate) => !stands(candidate))) {
    const [first = "", ...more] = wrap(oneLine(it.reason), width - idColumns - 2);
    lines.push(
      style.red(`✗ ${pad(it.id, idColumns)}${first}`),
      ...more.map((line) => style.red(`  ${" ".repeat(idColumns)}${line}`)),
    );
    const from = evidenceText(it, now);
    const told = [...(from === "" ? [] : [from]), it.mend].flatMap((line) =>
      wrap(oneLine(line), width - idColumns - 2),
    );
    lines.push(...told.map((line) => style.dim(`  ${" ".repeat(idColumns)}${line}`)));
  }
  const passed = groups.flatMap((group) => {
    const own = items.filter((it) => it.group === group && it.verdict === "pass").length;
    return own === 0 ? [] : [`${style.green("✓")} ${group} ${own}`];
  });
  if (passed.length > 0) lines.push(passed.join("  "));
  for (const [reason, ids] of notApplicable(items)) {
    lines.push(...wrap(oneLine(`– ${ids.join(", ")}: ${reason}`), width).map(style.dim));
  }
  const failing = items.filter((it) => !stands(it)).length;
  lines.push(
    verdict.ok
      ? style.bold(style.green(`Go: ${version} passes its checklist.`))
      : style.bold(
          style.red(
            `No-go: ${failing} of ${items.length} items ${failing === 1 ? "fails" : "fail"} for ${version}. Nothing was changed.`,
          ),
        ),
  );
  return lines.join("\n");
}

/** One item in detail. */
export function itemText(it: ItemVerdict & { readonly rule: string }, { style, columns, now }: Page): string {
  const width = Math.max(60, Math.min(columns, 120));
  const row = (label: string, text: string) =>
    wrap(oneLine(text), width - 12).map((line, index) => `  ${style.dim(pad(index === 0 ? label : "", 10))}${line}`);
  const mark = it.verdict === "pass" ? style.green("✓") : it.verdict === "fail" ? style.red("✗") : "–";
  return [
    `${mark} ${style.bold(it.id)}: ${it.title}`,
    ...row("verdict", it.override === undefined ? it.verdict : `${it.verdict}, set aside by an override`),
    ...row("reason", it.reason),
    ...(it.override === undefined ? [] : overrideLines(it).flatMap((line) => row("override", line))),
    ...(it.evidence ?? []).flatMap((ref) =>
      row(
        "evidence",
        [ref.source, ageText(ref.at, now), ref.sha256 === undefined ? "" : `sha256 ${ref.sha256}`]
          .filter((part) => part !== "")
          .join(", "),
      ),
    ),
    ...row("rule", it.rule),
    ...row("severity", it.severity),
    ...(it.verdict === "fail" ? row("to mend", it.mend) : []),
  ].join("\n");
}

function overrideLines({ id, override, reason }: ItemVerdict): string[] {
  if (override === undefined) return [];
  return [`OVERRIDE ${id} (${reason}): set aside by ${overrideText(override)}`];
}

function evidenceText(it: ItemVerdict, now: number): string {
  return (it.evidence ?? [])
    .slice(0, 3)
    .map((ref) => [ref.source, ageText(ref.at, now)].filter((part) => part !== "").join(", "))
    .join("; ");
}

/** `2 h old`; empty for what says no time. */
function ageText(at: string | undefined, now: number): string {
  if (at === undefined) return "";
  const age = now - Date.parse(at);
  return age < 0 ? `from ${at}` : `${spokenDuration(age)} old`;
}

function notApplicable(items: readonly ItemVerdict[]): Map<string, string[]> {
  const byReason = new Map<string, string[]>();
  for (const it of items) {
    if (it.verdict !== "not applicable") continue;
    byReason.set(it.reason, [...(byReason.get(it.reason) ?? []), it.id]);
  }
  return byReason;
}
