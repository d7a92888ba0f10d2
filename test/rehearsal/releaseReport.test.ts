import { describe, expect, it } from "vitest";
import type { ReleaseResult } from "../../cli/result.ts";
import { checklist as checklistSection } from "../../rehearsal/report/checklist.ts";
import { pointsOfLooks } from "../../rehearsal/report/looksPoints.ts";
import { type ReleaseReport, renderReleaseReport } from "../../rehearsal/report/releaseReport.ts";
import type { JudgedItem } from "../../release/checklist/judgedItem.ts";
import type { Observation } from "../../release/observation.ts";
import { hostileText } from "./reportData.ts";

const began = Date.parse("2026-03-04T14:00:00.000Z");

function look(second: number, requests: number, errors: number): Observation {
  const latency = [
    { le: 10, count: Math.round(requests * 0.9) },
    { le: 100, count: requests },
    { le: Number.POSITIVE_INFINITY, count: requests },
  ];
  return {
    at: began + second * 1000,
    services: { api: { requests, errors, latency }, web: { requests, errors: 0, latency } },
  };
}
const looks = [look(0, 1000, 0), look(1, 1300, 3), look(2, 1600, 9)];

const result: ReleaseResult = {
  ok: false,
  version: "v1.2.0",
  outcome: "rolled-back",
  sentence: "No-go after 2 s: error rate of api 1.5 %. Traffic went back to green v1.1.0 in 5 ms.",
  environment: "blue",
  phases: [
    { id: "deploy", status: "done", startedAt: began - 9000, endedAt: began - 4000 },
    { id: "watch", status: "failed", startedAt: began, endedAt: began + 2000, reason: "no-go" },
  ],
  criteria: [{ id: "error-rates", title: "Error rates are normal", verdict: "not met", reason: "1.5 % of api" }],
  serving: { environment: "green", version: "v1.1.0", readAt: new Date(began + 2500).toISOString() },
};
const checklist: readonly JudgedItem[] = [
  { id: "tests/unit", group: "tests", title: "Unit tests: 100% pass", verdict: "pass", reason: "412 tests pass" },
  { id: "tests/e2e", group: "tests", title: "E2E tests: 100% pass", verdict: "fail", reason: "3 of 40 <failed>" },
  {
    id: "infrastructure/staging",
    group: "infrastructure",
    title: "Staging deployment successful",
    verdict: "fail",
    reason: "there is no evidence",
    override: {
      item: "infrastructure/staging",
      by: "author",
      approvedBy: "reviewer",
      approvedAt: "2026-03-04T13:00:00Z",
      reason: "the fix cannot wait",
      until: "2026-03-04T18:00:00Z",
    },
  },
  { id: "day/tag", group: "day", title: "Tag release and push tags", verdict: "not applicable", reason: "not yet" },
];
const report: ReleaseReport = {
  result,
  features: ["Orders may carry a gift note"],
  by: "ada",
  points: pointsOfLooks(looks, "blue", "v1.2.0"),
  thresholds: { errorRate: 0.01, p95Ms: 2000 },
};

describe("what a watch saw", () => {
  it("becomes one point from each look to the next, services together", () => {
    expect(
      report.points.map(({ at, seconds, answered }) => [
        at - began,
        seconds,
        answered[0]?.requests,
        answered[0]?.failed,
      ]),
    ).toEqual([
      [0, 1, 600, 3],
      [1000, 1, 600, 6],
    ]);
  });

  it("is nothing when nothing was looked at", () => {
    expect(pointsOfLooks([], "blue", "v1")).toEqual([]);
  });
});

describe("the report of a release", () => {
  it("tells outcome, phases, criteria and what serves", () => {
    const page = renderReleaseReport(report);
    for (const text of [
      "v1.2.0 taken back",
      "Orders may carry a gift note",
      "Deploy to the idle environment",
      "Error rates are normal",
      "not met",
      "green v1.1.0 serves 100 %",
      "by ada",
    ]) {
      expect(page).toContain(text);
    }
    expect(page.match(/<svg class="wide"/g)).toHaveLength(3);
  });

  it("says so when it came to no watch", () => {
    expect(renderReleaseReport({ ...report, points: [] })).toContain("No traffic was watched.");
  });

  it("places no text as markup", () => {
    const page = renderReleaseReport({
      ...report,
      by: hostileText,
      features: [hostileText],
      result: { ...result, version: hostileText, sentence: hostileText },
    });
    expect(page).not.toMatch(/<script|<img/);
  });
});

describe("the checklist in a report", () => {
  const page = renderReleaseReport({ ...report, result: { ...result, checklist } });

  it("has a row a group with what passes, and one for each item that fails, with its reason", () => {
    expect(page).toContain("1 of 2 pass");
    expect(page).toContain("Unit tests: 100% pass");
    expect(page).toMatch(/tests\/e2e.*fails.*3 of 40 &#60;failed/s);
    expect(page).toContain("1 item not applicable");
  });

  it("shows who set an item aside, who approved it, until when and why", () => {
    expect(page).toMatch(
      /infrastructure\/staging.*set aside.*author, approved by reviewer, until 2026-03-04T18:00:00Z: the fix cannot wait/s,
    );
  });

  it("is left out when nothing was judged", () => {
    expect(checklistSection("checklist", "Checklist", [])).toBeUndefined();
    expect(renderReleaseReport(report)).not.toContain('id="checklist"');
  });
});
