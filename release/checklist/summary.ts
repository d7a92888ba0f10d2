import { type ChecklistVerdict, overrideText, stands } from "./judge.ts";
import type { Override } from "./override.ts";

/** One line: `21 of 23 pass, 1 not applicable, 1 fails: tests/e2e (3 of 412 failed)`. What is set aside is said first. */
export function checklistSummary(verdict: ChecklistVerdict): string {
  const { items } = verdict;
  const count = (wanted: string) => items.filter((it) => it.verdict === wanted).length;
  const failing = items.filter((it) => !stands(it));
  const aside = items.filter((it) => it.override !== undefined);
  return [
    ...aside.flatMap(({ id, override }) =>
      override === undefined ? [] : [`OVERRIDE ${id}${of(id, override)} by ${overrideText(override)}`],
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

/** Whose override it is, when it is not the item's own. */
function of(id: string, { item }: Override): string {
  return item === id ? "" : ` with ${item}`;
}
