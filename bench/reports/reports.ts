import { issuesReport } from "./issuesReport.ts";
import { junitReport } from "./junitReport.ts";
import { jmeterReport, k6Report } from "./loadReports.ts";
import { npmAuditReport } from "./npmAuditReport.ts";
import { sarifReport } from "./sarifReport.ts";

/** A report that is evidence of an item. */
export interface MadeReport {
  readonly item: string;
  readonly file: string;
  readonly text: string;
}

/**
 * Reports of a large project, everything in them as it should be: tests, scans, load tests and issues.
 *
 * @param share of the full size, at which they are 50 MB together
 */
export function reports(share: number, at: Date): readonly MadeReport[] {
  const of = (count: number) => Math.max(1_000, Math.round(count * share));
  return [
    { item: "tests/unit", file: "unit.xml", text: junitReport(of(60_000), at) },
    { item: "tests/integration", file: "integration.xml", text: junitReport(of(20_000), at) },
    { item: "tests/e2e", file: "e2e.xml", text: junitReport(of(7_000), at) },
    { item: "tests/performance", file: "shop.jtl", text: jmeterReport(of(50_000), at) },
    { item: "tests/performance", file: "k6.json", text: k6Report(of(50_000)) },
    { item: "tests/security", file: "semgrep.sarif", text: sarifReport(of(21_000), at) },
    { item: "tests/security", file: "npm-audit.json", text: npmAuditReport(of(2_000)) },
    { item: "code/bugs", file: "issues.json", text: issuesReport(of(5_000)) },
  ];
}
