import { describe, expect, it } from "vitest";
import { performanceTests } from "../../../release/checklist/items/tests/performance.ts";
import { sample, sampleJson } from "../../evidence/readers.ts";
import { type Judged, judged, judgedFacts, refusals } from "./judged.ts";

const good = sample("k6/handle-summary.json");
const plan = "targets: { p95: 300ms, p99: 1s, errorRate: 0.01, requests: 500, throughput: 50 }";
const one = (bytes: Buffer | string, targets = plan): Judged => ({ plan: targets, reports: { "load.json": bytes } });
const k6 = (change: (summary: ReturnType<typeof sampleJson>) => void): string => {
  const summary = sampleJson("k6/handle-summary.json");
  change(summary);
  return JSON.stringify(summary);
};

describe("tests/performance", () => {
  it.each(refusals(good, plan))("fails with evidence that is %s", async (_, release, reason) => {
    const verdict = await judged(performanceTests, release);
    expect(verdict.verdict).toBe("fail");
    expect(verdict.reason).toMatch(reason);
  });

  it.each<[string, Judged, RegExp]>([
    [
      "k6 within every target",
      one(good),
      /^p95 14 ms of at most 300 ms, p99 15 ms of at most 1 s, 0 % of 600 requests failed by k6$/,
    ],
    [
      "autocannon, whose p97.5 stands for p95",
      one(sample("autocannon/passing.json")),
      /p95 6 ms .* by autocannon \(p97\.5 stands for p95\)/,
    ],
    [
      "JMeter",
      one(sample("jmeter/shop.csv"), "targets: { p95: 300ms, errorRate: 0.5, requests: 40 }"),
      /p95 43 ms .* 50 % of 40/,
    ],
    [
      "Gatling's log",
      one(sample("gatling/simulation-log.txt"), "targets: { p99: 2s, errorRate: 0.4, requests: 60 }"),
      /p99 1\.29 s of at most 2 s, 33\.3 %/,
    ],
    [
      "Gatling's statistics",
      one(sample("gatling/stats.json"), "targets: { p95: 2s, errorRate: 0.4, requests: 60 }"),
      /p95 1\.21 s .*taken for p95/,
    ],
    [
      "several reports",
      { plan, reports: { a: good, b: sample("autocannon/passing.json") } },
      /by k6; .* by autocannon/,
    ],
    [
      "checks that failed, which are told",
      one(
        k6((it) => {
          it.metrics.checks = { type: "rate", values: { rate: 0.5, passes: 1, fails: 1 } };
        }),
      ),
      /1 checks failed/,
    ],
  ])("passes with %s", async (_, release, reason) => {
    const verdict = await judged(performanceTests, release);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.verdict).toBe("pass");
  });

  it.each<[string, Judged, RegExp]>([
    [
      "a p95 over its target",
      one(good, "targets: { p95: 10ms, requests: 500 }"),
      /^p95 is 14 ms, over 10 ms \(reports\/load\.json\)$/,
    ],
    ["a p99 over its target", one(good, "targets: { p99: 14ms, requests: 500 }"), /^p99 is 15 ms, over 14 ms/],
    [
      "a p99 asked for that k6 was not told to write",
      one(sample("k6/summary-export.json"), "targets: { p99: 1s, errorRate: 1, requests: 100 }"),
      /says nothing of p99/,
    ],
    [
      "more failed requests than taken",
      one(sample("autocannon/gone.json"), "targets: { p95: 1s, requests: 100 }"),
      /^100 % of 200 requests failed, more than 1 %/,
    ],
    [
      "a service that refused every connection",
      one(sample("autocannon/refused.json"), "targets: { p95: 1s }"),
      /nothing of p95.*100 % of 22,910 requests failed/,
    ],
    [
      "fewer requests than say anything",
      one(good, "targets: { p95: 300ms }"),
      /only 600 requests were made, fewer than 1,000/,
    ],
    [
      "less throughput than asked for",
      one(good, "targets: { p95: 300ms, requests: 500, throughput: 10000 }"),
      /throughput is 468\.1 requests a second, under 10000/,
    ],
    [
      "a threshold of its own that was crossed",
      one(sample("k6/summary-export.json"), "targets: { p95: 1s, errorRate: 1, requests: 100 }"),
      /its own threshold http_req_failed rate<0\.01 was crossed/,
    ],
    [
      "a threshold that handleSummary calls crossed",
      one(
        k6((it) => {
          it.metrics.http_req_duration.thresholds = { "p(95)<1": { ok: false } };
        }),
      ),
      /its own threshold http_req_duration p\(95\)<1/,
    ],
    [
      "one report over its target beside a good one",
      { plan, reports: { a: good, b: sample("autocannon/gone.json") } },
      /\(reports\/b\)/,
    ],
    ["no request at all", one("timeStamp,elapsed,success\n"), /^no request was made/],
    [
      "failures that its totals hide",
      one(
        k6((it) => {
          it.metrics.http_req_failed.values.fails = 10;
        }),
      ),
      /contradicts itself: 600 requests, but 0 failed and 10 did not/,
    ],
    [
      "a negative latency",
      one(
        k6((it) => {
          it.metrics.http_req_duration.values["p(95)"] = -1;
        }),
      ),
      /not as k6/,
    ],
    [
      "a latency that is text",
      one(
        k6((it) => {
          it.metrics.http_req_duration.values["p(95)"] = "1";
        }),
      ),
      /not as k6/,
    ],
    [
      "no HTTP request in k6",
      one(
        k6((it) => {
          it.metrics = {};
        }),
      ),
      /no HTTP request was made/,
    ],
    ["Gatling's binary log", one(sample("gatling/binary-simulation-log.bin")), /Gatling's binary simulation\.log/],
    [
      "Gatling's percentiles in another order",
      one(sample("gatling/stats.json").toString().replace('"total": 1212', '"total": 9999')),
      /do not ascend/,
    ],
    ["JMeter's XML", one('<testResults version="1.2"></testResults>'), /JMeter's XML; have JMeter save CSV/],
    ["JMeter's CSV without its heading", one("1795479192643,42,list,200,OK\n"), /its heading is missing/],
    ["JMeter's CSV without success", one("timeStamp,elapsed,label\n1,2,a\n"), /no column success/],
    ["JMeter's CSV cut in its last row", one(`${sample("jmeter/shop.csv")}1795479192643,42,"list`), /is not CSV/],
    ["a report of tests", one(sample("vitest/passing.xml")), /no load test's report/],
    [
      "its own start before the commit",
      { ...one(sample("autocannon/passing.json")), committedAt: "2026-11-24T00:50:00Z" },
      /by its own words .* before the commit/,
    ],
    [
      "its own start after its record",
      { plan, reports: { a: { bytes: sample("autocannon/passing.json"), at: "2026-11-24T00:10:00Z" } } },
      /after it was recorded/,
    ],
  ])("fails with %s", async (_, release, reason) => {
    const verdict = await judged(performanceTests, release);
    expect(verdict.verdict).toBe("fail");
    expect(verdict.reason).toMatch(reason);
  });

  it("fails when its facts carry no targets, or targets without a latency", () => {
    const file = {
      source: "load.json",
      sha256: "a".repeat(64),
      at: "2026-11-24T01:00:00Z",
      commit: "0123456789abcdef0123456789abcdef01234567",
      summary: { tool: "k6", requests: 5_000, failed: 0, p95Ms: 1, broken: [], notes: [] },
    };
    expect(judgedFacts(performanceTests, { files: [file] }).reason).toBe("the manifest states no targets");
    const targets = { errorRate: 0.01, requests: 1 };
    expect(judgedFacts(performanceTests, { files: [file], targets }).reason).toMatch(/a target for p95 or p99/);
    expect(judgedFacts(performanceTests, { files: [file], targets: { ...targets, p95: 5 } }).verdict).toBe("pass");
  });
});
