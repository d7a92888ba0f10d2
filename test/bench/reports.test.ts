import { describe, expect, test } from "vitest";
import { junitReport } from "../../bench/reports/junitReport.ts";
import { reports } from "../../bench/reports/reports.ts";
import { readHere } from "../../project/evidence/reading/readers.ts";
import { readTestReport } from "../../release/evidence/tests/readTestReport.ts";

const readerOf = (item: string) =>
  item === "tests/performance"
    ? "performance"
    : item === "tests/security"
      ? "security"
      : item === "code/bugs"
        ? "issues"
        : "tests";

describe("the reports that the benchmark makes", () => {
  test("are taken by their readers, and nothing in them is bad", async () => {
    for (const { item, file, text } of reports(0.02, new Date())) {
      const read = await readHere({ reader: readerOf(item), bytes: Buffer.from(text), refs: [] });
      expect(JSON.stringify(read), file).not.toMatch(
        /"(failed|errors|openBugs|more|skipped)":[1-9]|"(critical|high)":[1-9]/,
      );
    }
  });

  test("are 50 MB together in full", () => {
    const bytes = reports(1, new Date()).reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeGreaterThan(50e6);
    expect(bytes).toBeLessThan(55e6);
  });

  test("hold as many tests as they say", () => {
    for (const tests of [1, 25, 26, 10_000]) {
      expect(readTestReport(Buffer.from(junitReport(tests, new Date())))).toMatchObject({ tests, contradictions: [] });
    }
  });

  test("are of the items of a checklist", () => {
    expect(new Set(reports(0.02, new Date()).map(({ item }) => item))).toEqual(
      new Set(["tests/unit", "tests/integration", "tests/e2e", "tests/performance", "tests/security", "code/bugs"]),
    );
  });
});
