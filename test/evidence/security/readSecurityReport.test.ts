import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSecurityReport } from "../../../release/evidence/security/readSecurityReport.ts";
import {
  findingSeverities,
  scoreTable,
  severityOf,
  severityOfScore,
  severityTable,
} from "../../../release/evidence/security/severity.ts";
import { type SecuritySummary, securitySummary } from "../../../release/evidence/security/summary.ts";
import { holdsToItsShape, sample } from "../readers.ts";

const read = (report: unknown): SecuritySummary => readSecurityReport(Buffer.from(JSON.stringify(report)));
const counts = (critical: number, high: number, medium: number, low: number, info = 0) => ({
  critical,
  high,
  medium,
  low,
  info,
});
/** SARIF with one result of one rule. */
const sarif = (result: object, rule: object = {}): unknown => ({
  version: "2.1.0",
  runs: [{ tool: { driver: { name: "x", rules: [{ id: "r", ...rule }] } }, results: [{ ruleId: "r", ...result }] }],
});
const severity = (report: unknown) => findingSeverities.find((it) => read(report).counts[it] === 1);

describe("a security report", () => {
  it.each<[string, object]>([
    ["semgrep/findings.sarif", { kind: "scan", counts: counts(2, 0, 1, 0) }],
    ["semgrep/warnings.sarif", { counts: counts(0, 0, 1, 0), findings: [] }],
    ["bandit/findings.sarif", { counts: counts(0, 2, 0, 1), at: "2026-11-24T00:04:17.000Z" }],
    ["npm-audit/findings.json", { counts: counts(1, 1, 1, 0) }],
    ["npm-audit/clean.json", { counts: counts(0, 0, 0, 0) }],
    ["specified/pnpm-audit.json", { counts: counts(1, 0, 0, 0) }],
    ["specified/trivy.json", { counts: counts(1, 4, 1, 0), commits: ["0123456789abcdef0123456789abcdef01234567"] }],
    ["specified/codeql.sarif", { counts: counts(1, 0, 1, 1), commits: ["0123456789abcdef0123456789abcdef01234567"] }],
    ["specified/vex.cdx.json", { kind: "analysis", counts: counts(0, 2, 0, 0) }],
  ])("is read as %s says", (path, wanted) => {
    const summary = readSecurityReport(sample(path));
    expect(summary).toMatchObject(wanted);
    expect(securitySummary.parse(summary)).toEqual(summary);
  });

  it.each<[string, unknown, string]>([
    ["its own score", sarif({ level: "note", properties: { "security-severity": "9.8" } }), "critical"],
    ["its rule's score", sarif({ level: "error" }, { properties: { "security-severity": 5.3 } }), "medium"],
    ["its level", sarif({ level: "error" }), "high"],
    ["its rule's level", sarif({}, { defaultConfiguration: { level: "note" } }), "low"],
    ["SARIF's own default", sarif({}), "medium"],
    ["high, for a level that nobody knows", sarif({ level: "fatal" }), "high"],
    [
      "its level, where the score is none",
      sarif({ level: "error", properties: { "security-severity": "low" } }),
      "high",
    ],
    [
      "its level, where the score is over 10",
      sarif({ level: "error", properties: { "security-severity": "99" } }),
      "high",
    ],
    [
      "the rule that it names with a part of it",
      sarif({ ruleId: "r/eval" }, { properties: { "security-severity": "7" } }),
      "high",
    ],
    [
      "the rule that it names by index",
      sarif({ ruleId: undefined, ruleIndex: 0 }, { defaultConfiguration: { level: "error" } }),
      "high",
    ],
  ])("gives a SARIF result the severity of %s", (_, report, wanted) => {
    expect(severity(report)).toBe(wanted);
  });

  it("knows severities by one table, in which nothing is worse than it was said to be", () => {
    for (const [scheme, words] of Object.entries(severityTable)) {
      for (const [word, wanted] of Object.entries(words)) {
        expect(severityOf(scheme as keyof typeof severityTable, word)).toBe(wanted);
        expect(findingSeverities).toContain(wanted);
      }
    }
    for (const word of ["__proto__", "constructor", "", "Critical?"]) expect(severityOf("Trivy", word)).toBe("high");
    expect([9, 8.9, 7, 6.9, 4, 3.9, 0.1, 0, 10].map(severityOfScore)).toEqual([
      "critical",
      "high",
      "high",
      "medium",
      "medium",
      "low",
      "low",
      "info",
      "critical",
    ]);
    expect([-1, 10.1, Number.NaN].map(severityOfScore)).toEqual([undefined, undefined, undefined]);
    expect(scoreTable.map(([least]) => least)).toEqual([...scoreTable.map(([least]) => least)].sort((a, b) => b - a));
  });

  it("counts every result and keeps each different critical or high one once, whatever their order", () => {
    const result = fc.record({
      ruleId: fc.constantFrom("a", "b", "c"),
      level: fc.constantFrom("error", "warning", "note"),
    });
    fc.assert(
      fc.property(fc.array(result, { maxLength: 30 }), (results) => {
        const summary = read({ version: "2.1.0", runs: [{ tool: { driver: { name: "x" } }, results }] });
        const high = results.filter((it) => it.level === "error");
        expect(summary.counts.high).toBe(high.length);
        expect(summary.findings.map((it) => it.id).sort()).toEqual([...new Set(high.map((it) => it.ruleId))].sort());
        expect(summary.findings.reduce((sum, it) => sum + it.count, 0)).toBe(high.length);
      }),
    );
  });

  it("keeps a suppressed finding apart from the same one that is not", () => {
    const { findings } = readSecurityReport(sample("semgrep/findings.sarif"));
    expect(findings.map((it) => it.suppressed)).toEqual([false, true]);
  });

  it("clears by a VEX only what says why, also by the id's other names, and never what the same file calls exploitable", () => {
    const { cleared } = readSecurityReport(sample("specified/vex.cdx.json"));
    expect(cleared.map((it) => it.id)).toEqual(["CVE-2099-0001", "GHSA-aaaa-bbbb-cccc", "CVE-2099-0003"]);
    const both = read({
      bomFormat: "CycloneDX",
      vulnerabilities: [
        { id: "CVE-1", analysis: { state: "not_affected", detail: "not called" } },
        { id: "CVE-1", ratings: [{ severity: "high" }], analysis: { state: "exploitable" } },
      ],
    });
    expect(both).toMatchObject({ cleared: [], findings: [{ id: "CVE-1" }] });
  });

  it("takes the worst of several ratings, and high where there is none", () => {
    const vex = (ratings: unknown) =>
      read({ bomFormat: "CycloneDX", vulnerabilities: [{ id: "CVE-1", ratings }] }).counts;
    expect(vex([{ severity: "low" }, { score: 9.1 }])).toMatchObject({ critical: 1 });
    expect(vex([])).toMatchObject({ high: 1 });
    expect(vex([{ severity: "unknown" }])).toMatchObject({ high: 1 });
  });

  it("says that an audit did not happen, rather than that it found nothing", () => {
    expect(() => readSecurityReport(sample("npm-audit/failed.json"))).toThrow("npm audit itself failed");
  });

  it.each<[string, string, RegExp]>([
    ["nothing but brackets", `{"runs":${"[".repeat(100_000)}`, /nested deeper than 100/],
    [
      "millions of empty values",
      `{"version":"2.1.0","runs":[${"0,".repeat(5_000_001)}0]}`,
      /more than 5 million values/,
    ],
    [
      "a long list of junk",
      `{"version":"2.1.0","runs":[${"{},".repeat(200_000)}{}]}`,
      /not as a SARIF tool writes it: tool/,
    ],
    ["a string without end", `{"version":"${"\\".repeat(100_000)}`, /cut short/],
    ["another JSON", '{"bomFormat":"SPDX"}', /no security report that is known/],
    ["a list", "[]", /no security report that is known/],
    ["prose", "no vulnerabilities found", /no security report that is known/],
  ])("of %s is refused in a sentence", (_, text, reason) => {
    expect(() => readSecurityReport(Buffer.from(text))).toThrow(reason);
  });

  holdsToItsShape(readSecurityReport, securitySummary, [
    "npm-audit/findings.json",
    "specified/trivy.json",
    "specified/vex.cdx.json",
    "specified/pnpm-audit.json",
  ]);

  it("in SARIF holds to its shape when any of its bytes are changed", () => {
    for (const path of ["semgrep/findings.sarif", "bandit/findings.sarif", "specified/codeql.sarif"]) {
      const whole = sample(path);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
          (changes) => {
            const bytes = Buffer.from(whole);
            for (const [at, value] of changes) bytes[at] = value;
            try {
              securitySummary.parse(readSecurityReport(bytes));
            } catch (error) {
              expect(String(error)).toMatch(/^Error: [^\n]{3,1000}$/);
            }
          },
        ),
        { numRuns: 150 },
      );
    }
  });
});
