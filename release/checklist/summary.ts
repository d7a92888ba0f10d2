import type { ChecklistVerdict } from "./judge.ts";
import { stands } from "./judge.ts";

/** One line: `21 of 23 pass, 1 not applicable, 1 fails: tests/e2e (3 of 412 failed)`. What is set aside is said first. */
export function checklistSummary(verdict: ChecklistVerdict): string {
  const { items } = verdict;
  const count = (wanted: string) => items.filter((it) => it.verdict === wanted).length;
  const failing = items.filter((it) => !stands(it));
  const aside = items.filter((it) => it.override !== undefined);
  return [
    ...aside.map(
      ({ id, override }) =>
        `OVERRIDE ${id} by ${override?.by}, approved by ${override?.approvedBy}, until ${override?.until}: ${override?.reason}`,
    ),
    [
      `${count("pass")} of ${items.length} pass`,
      ...(count("not applicable") === 0 ? [] : [`${count("not applicable")} not applicable`]),
      ...(aside.length === 0 ? [] : [`${aside.length} set aside`]),
      failing.length === 0
        ? "none fails"
        : `${failing.length} ${failing.length === 1 ? "fails" : "fail"}: ${failing.map(({ id, reason }) => `${id} (${reason})`).join("; ")}`,
    ].join(", "),
  ].join("\n");
}
