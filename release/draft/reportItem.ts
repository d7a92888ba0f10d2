import { evidenceKeys } from "../checklist/plan.ts";

/** What a report's path says of its item; the first that fits counts, so the closer ones come first. */
const signs: readonly (readonly [sign: RegExp, item: string])[] = [
  [/staging.*smoke|smoke/, "infrastructure/staging-smoke"],
  [/staging/, "infrastructure/staging"],
  [/drill/, "infrastructure/rollback"],
  [/rollback.*script|up-?down-?up/, "database/rollback-script"],
  [/on-?call|pagerduty|opsgenie/, "communication/on-call"],
  [/security-?review/, "code/security-review"],
  [/migrations?-?review/, "database/review"],
  [/reviews?\b/, "code/review"],
  [/bugs?\b/, "code/bugs"],
  [/features?\b/, "code/features"],
  [/\.sarif$|audit|trivy|semgrep|codeql|snyk|\bvex\b|cyclonedx|security/, "tests/security"],
  [/\bk6\b|autocannon|jmeter|\.jtl$|gatling|performance|\bperf\b|\bload\b/, "tests/performance"],
  [/integration/, "tests/integration"],
  [/e2e|end-?to-?end|playwright|cypress|browser/, "tests/e2e"],
  [/unit|vitest|jest|pytest|surefire|junit/, "tests/unit"],
];

/**
 * The item that a report is evidence of, by its name: `reports/e2e.xml` is tests/e2e. Undefined when the name does not tell: nobody
 * guesses.
 *
 * @param path relative to the folder of reports
 */
export function itemOfReport(path: string): string | undefined {
  const name = path.toLowerCase().replaceAll("_", "-");
  const exact = evidenceKeys.find((key) => name.startsWith(`${key}.`) || name.startsWith(`${key}/`));
  return exact ?? signs.find(([sign]) => sign.test(name))?.[1];
}
