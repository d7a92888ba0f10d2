import { shown } from "../../../evidence/shown.ts";
import type { TestsSummary } from "../../../evidence/tests/summary.ts";
import { count } from "../../../wording.ts";

/** The skipped tests of a report that the manifest does not list, as a reason; undefined when it lists each. */
export function unlistedSkips(
  it: Pick<TestsSummary, "skipped" | "skippedNames">,
  listed: readonly { readonly test: string }[],
): string | undefined {
  if (it.skipped === 0) return undefined;
  const beyond = it.skipped - it.skippedNames.length;
  if (beyond > 0) return `${count(it.skipped)} tests were skipped, more than can be listed`;
  const names = new Set(it.skippedNames);
  const taken = new Set<string>();
  for (const { test } of listed) {
    const exact = shown(test);
    if (names.has(exact)) taken.add(exact);
    const ends = [...names].filter((name) => name.endsWith(` > ${exact}`));
    // A short name that fits several tests names none of them.
    const [only] = ends;
    if (ends.length === 1 && only !== undefined) taken.add(only);
  }
  const unlisted = it.skippedNames.filter((name) => !taken.has(name));
  if (unlisted.length === 0) return undefined;
  const were = unlisted.length === 1 ? "test was" : "tests were";
  return `${count(unlisted.length)} ${were} skipped without a listed reason: ${sayNames(unlisted, unlisted.length)}`;
}

/** The first five names, and how many more there are. */
export function sayNames(names: readonly string[], all: number): string {
  const first = names.slice(0, 5).map((name) => shown(name, 120));
  const more = all - first.length;
  return more > 0 ? `${first.join(", ")} and ${count(more)} more` : first.join(", ");
}
