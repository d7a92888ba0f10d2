import type { EvidenceFormat } from "../evidence/format.ts";
import { performanceFormats } from "../evidence/performance/formats.ts";
import { securityFormats } from "../evidence/security/formats.ts";
import type { EvidencePlan } from "./plan.ts";

/** What is read as the evidence of an item: the formats, and a file as an example of the command that records one. */
export interface EvidenceReading {
  readonly formats: readonly EvidenceFormat[];
  readonly example: string;
}

const junit: EvidenceFormat = {
  tool: "vitest, jest-junit, pytest, Playwright, Surefire and whatever else writes JUnit XML",
  file: "JUnit XML",
};
const issues: readonly EvidenceFormat[] = [
  { tool: "GitHub", file: "JSON of `gh api --paginate 'repos/{owner}/{repo}/issues?state=all'`" },
  { tool: "Jira", file: "JSON of a search by its REST API" },
  { tool: "Linear", file: "JSON of its GraphQL API, or its CSV export" },
];
const pulls: EvidenceFormat = {
  tool: "GitHub",
  file: "JSON of `{ pull, reviews, commits?, teams? }` or a list of these, each part as GitHub's API gives it",
};
const stack: readonly EvidenceFormat[] = [
  { tool: "Pulumi", file: "JSON of `pulumi stack export` of the staging stack" },
  { tool: "Pulumi", file: "JSON of `pulumi stack output --json` of the staging stack" },
];

/** The formats of every item that a manifest names evidence for; `evidence` in plan.ts has the same keys. */
export const evidenceReadings: Readonly<Record<keyof EvidencePlan, EvidenceReading>> = {
  "code/features": { formats: issues, example: "reports/issues.json" },
  "code/review": { formats: [pulls], example: "reports/reviews.json" },
  "code/security-review": {
    formats: [
      pulls,
      {
        tool: "a reviewer",
        file: "JSON of `{ commit, reviewer, at, outcome, scope, findings }`, signed by its commit",
      },
    ],
    example: "reports/security-review.json",
  },
  "code/bugs": { formats: issues, example: "reports/issues.json" },
  "code/documentation": {
    formats: [
      {
        tool: "people, release tools",
        file: "a changelog in Markdown with a heading a version, as Keep a Changelog has it",
      },
    ],
    example: "CHANGELOG.md",
  },
  "tests/unit": { formats: [junit], example: "reports/unit.xml" },
  "tests/integration": { formats: [junit], example: "reports/integration.xml" },
  "tests/e2e": { formats: [junit], example: "reports/e2e.xml" },
  "tests/performance": { formats: Object.values(performanceFormats), example: "reports/k6-summary.json" },
  "tests/security": { formats: Object.values(securityFormats), example: "reports/npm-audit.json" },
  "infrastructure/staging": { formats: stack, example: "reports/staging.json" },
  "infrastructure/staging-smoke": {
    formats: [...stack, { tool: "Greenlight", file: "JSON of `greenlight release --json` in staging" }],
    example: "reports/staging.json",
  },
  "infrastructure/rollback": {
    formats: [
      { tool: "Greenlight", file: "`summary.json` of `greenlight rehearse`" },
      { tool: "Greenlight", file: "what `greenlight rollback --json` ended with, such as in staging" },
    ],
    example: ".greenlight/rehearsal/summary.json",
  },
  "database/review": { formats: [pulls], example: "reports/reviews.json" },
  "database/rollback-script": {
    formats: [{ tool: "Greenlight", file: "JSON of `greenlight drill database`" }],
    example: "reports/rollback-script.json",
  },
  "communication/on-call": {
    formats: [
      { tool: "PagerDuty", file: "JSON of `/oncalls`" },
      { tool: "Opsgenie", file: "JSON of `/schedules/{id}/timeline`, or of `/schedules/{id}/on-calls`" },
    ],
    example: "reports/on-call.json",
  },
};
