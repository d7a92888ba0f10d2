import { z } from "zod";
import { type TestsSummary, testsSummary } from "../../../evidence/tests/summary.ts";
import { count } from "../../../wording.ts";
import { byFiles, filesFact } from "../../evidence.ts";
import { type ChecklistItem, type Finding, type ItemId, item, type Judging } from "../../item.ts";
import { contradictionOf } from "../../saidItself.ts";
import { sayNames, unlistedSkips } from "./skips.ts";

/** How old a test report may be: 7 days. Milliseconds. */
export const testsMaxAge = 7 * 24 * 3_600_000;

const known = z.strictObject({ test: z.string().max(1_000), reason: z.string().max(1_000) });

/** Facts of the items that rest on test reports: the reports, and the skipped tests that the manifest lists. */
export const testsFacts = filesFact(testsSummary).extend({ skipped: z.array(known).max(200) });
export type TestsFacts = z.infer<typeof testsFacts>;

/** One of the workflow's "100% pass". */
export function testsItem(id: ItemId & `tests/${string}`, title: string): ChecklistItem {
  return item({
    id,
    group: "tests",
    title,
    severity: "critical",
    when: "review",
    unoverridable: false,
    rule:
      "Every report (JUnit XML) holds at least one test, and none of its test cases failed or broke. A skipped test is listed in the " +
      "manifest with its reason. A report whose totals say something else than its test cases fails. At most 7 days old.",
    mend:
      `run the tests of the release's commit, then greenlight evidence add <version> ${id} <report.xml>; list a skipped test under ` +
      `evidence.${id}.skipped with its reason`,
    facts: testsFacts,
    judge: judgeTests,
  });
}

function judgeTests({ files, skipped }: TestsFacts, judging: Judging): Finding {
  return byFiles(files, judging, testsMaxAge, (summaries) => {
    const faults = [
      ...files.flatMap((it) => faultsOf(it.summary, skipped).map((fault) => `${fault} (${it.source})`)),
      ...files.flatMap((it) => contradictionOf(it, it.summary ?? {}, judging, testsMaxAge) ?? []),
    ];
    if (faults.length > 0) return { verdict: "fail", reason: faults.slice(0, 5).join("; ") };
    return { verdict: "pass", reason: passed(summaries) };
  });
}

function faultsOf(it: TestsSummary | undefined, listed: TestsFacts["skipped"]): string[] {
  if (it === undefined || it.tests === 0) return ["it holds no test"];
  const bad = it.failed + it.errors;
  if (bad > 0) return [`${count(bad)} of ${count(it.tests)} failed: ${sayNames(it.failedNames, bad)}`];
  if (it.contradictions.length > 0) return [`it contradicts itself: ${it.contradictions.join(", ")}`];
  const skips = unlistedSkips(it, listed);
  if (skips !== undefined) return [skips];
  return it.skipped >= it.tests ? [`all ${count(it.tests)} tests were skipped`] : [];
}

function passed(summaries: readonly TestsSummary[]): string {
  const sum = (of: (it: TestsSummary) => number) => summaries.reduce((total, it) => total + of(it), 0);
  const skipped = sum((it) => it.skipped);
  const retried = sum((it) => it.retried);
  const passing = sum((it) => it.tests) - skipped;
  const names = summaries.flatMap((it) => it.retriedNames);
  return [
    `${count(passing)} ${passing === 1 ? "test" : "tests"} passed`,
    ...(skipped === 0 ? [] : [`${count(skipped)} skipped for listed reasons`]),
    ...(retried === 0 ? [] : [`${count(retried)} only on another try: ${sayNames(names, retried)}`]),
  ].join(", ");
}
