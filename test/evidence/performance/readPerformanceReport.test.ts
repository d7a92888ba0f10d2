import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPerformanceReport } from "../../../release/evidence/performance/readPerformanceReport.ts";
import { type PerformanceSummary, performanceSummary } from "../../../release/evidence/performance/summary.ts";
import { holdsToItsShape, sample } from "../readers.ts";

const read = (text: string): PerformanceSummary => readPerformanceReport(Buffer.from(text));
const samples = [
  "k6/summary-export.json",
  "k6/handle-summary.json",
  "k6/machine-readable.json",
  "autocannon/passing.json",
  "gatling/stats.json",
  "gatling/global_stats.json",
  "gatling/simulation-log.txt",
  "jmeter/shop.csv",
];

describe("a load test's report", () => {
  it.each<[string, Partial<PerformanceSummary>]>([
    ["k6/summary-export.json", { tool: "k6", requests: 200, failed: 100, broken: ["http_req_failed rate<0.01"] }],
    ["k6/handle-summary.json", { tool: "k6", requests: 600, failed: 0, broken: [], notes: [] }],
    ["k6/machine-readable.json", { tool: "k6", requests: 200, failed: 100, at: "2026-11-24T00:12:10.930Z" }],
    ["autocannon/passing.json", { tool: "autocannon", requests: 2_000, failed: 0, p95Ms: 6, p99Ms: 8 }],
    ["autocannon/gone.json", { tool: "autocannon", requests: 200, failed: 200 }],
    ["autocannon/refused.json", { tool: "autocannon", requests: 22_910, failed: 22_910 }],
    ["jmeter/shop.csv", { tool: "JMeter", requests: 40, failed: 20, p95Ms: 43, p99Ms: 45 }],
    ["gatling/simulation-log.txt", { tool: "Gatling", requests: 60, failed: 20, p95Ms: 1_210, p99Ms: 1_290 }],
    ["gatling/stats.json", { tool: "Gatling", requests: 60, failed: 20, p95Ms: 1_212, p99Ms: 1_289, throughput: 30 }],
    ["gatling/global_stats.json", { tool: "Gatling", requests: 60, failed: 20, p95Ms: 1_212 }],
  ])("is read as %s says", (path, wanted) => {
    const summary = readPerformanceReport(sample(path));
    expect(summary).toMatchObject(wanted);
    expect(performanceSummary.parse(summary)).toEqual(summary);
  });

  it("says no percentile that its format does not say, or that no answer stands behind", () => {
    expect(readPerformanceReport(sample("k6/summary-export.json"))).not.toHaveProperty("p99Ms");
    expect(readPerformanceReport(sample("autocannon/refused.json"))).not.toHaveProperty("p95Ms");
    expect(read("timeStamp,elapsed,success\n")).not.toHaveProperty("p95Ms");
  });

  it("of JMeter has the percentiles of its raw samples, in any order and with any delimiter", () => {
    const took = fc.integer({ min: 0, max: 200_000 });
    fc.assert(
      fc.property(fc.array(took, { minLength: 1, maxLength: 60 }), fc.constantFrom(",", ";", "\t", "|"), (all, by) => {
        const rows = all.map((ms, at) => [1_800_000_000_000 + at, ms, `"a ""label"""`, ms % 2 === 0].join(by));
        const summary = read(`${["timeStamp", "elapsed", "label", "success"].join(by)}\n${rows.join("\r\n")}\r\n`);
        const sorted = [...all].sort((a, b) => a - b);
        expect(summary).toMatchObject({
          requests: all.length,
          failed: all.filter((ms) => ms % 2 !== 0).length,
          p95Ms: sorted[Math.ceil(all.length * 0.95) - 1],
          p99Ms: sorted[Math.ceil(all.length * 0.99) - 1],
        });
      }),
      { numRuns: 150 },
    );
  });

  it("of JMeter leaves out the rows that add up a transaction, and only these", () => {
    const heading = "timeStamp,elapsed,responseMessage,success,URL\n";
    const message = '"Number of samples in transaction : 2, number of failing samples : 0"';
    expect(read(`${heading}1,2,OK,true,http://a\n1,9,${message},true,null\n`)).toMatchObject({ requests: 1, p95Ms: 2 });
    expect(read(`${heading}1,2,OK,true,http://a\n1,9,${message},false,http://a\n`)).toMatchObject({
      requests: 2,
      failed: 1,
    });
  });

  it.each<[string, string, RegExp]>([
    ["JMeter row with too few fields", "timeStamp,elapsed,success\n1,2,true\n1,2\n", /row 3 of it has 2 fields, not 3/],
    [
      "JMeter row with a date for a time",
      "timeStamp,elapsed,success\n2026/11/24 10:00,2,true\n",
      /no time and duration/,
    ],
    ["JMeter row with a negative duration", "timeStamp,elapsed,success\n1,-2,true\n", /no time and duration/],
    ["JMeter row with a duration of years", "timeStamp,elapsed,success\n1,99999999999,true\n", /no time and duration/],
    ["Gatling log without its last line's end", "RUN\ta\nREQUEST\t\ta\t1\t2\tOK", /cut short/],
    ["Gatling request that ends before it starts", "RUN\ta\nREQUEST\t\ta\t5\t2\tOK\t\n", /line 2 .* no start and end/],
    ["Gatling request that is neither OK nor KO", "RUN\ta\nREQUEST\t\ta\t1\t2\tMAYBE\t\n", /neither OK nor KO/],
    ["JSON cut short", '{"metrics":{"http_reqs":', /cut short/],
    ["JSON nested without end", `{"a":${"[".repeat(200)}`, /nested deeper than 100/],
    ["text of another kind", "hello", /no load test's report that is known/],
  ])("with a %s is refused in a sentence", (_, text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });

  it("names of k6 that are an object's own parts are names like others", () => {
    const summary = JSON.parse(sample("k6/handle-summary.json").toString("utf8"));
    const hostile = JSON.stringify(summary).replace(
      '"metrics":{',
      '"metrics":{"__proto__":{"values":{"count":1}},"constructor":{},',
    );
    expect(read(hostile)).toMatchObject({ requests: 600 });
    const without = JSON.stringify({ ...summary, metrics: {} }).replace(
      '"metrics":{',
      '"metrics":{"__proto__":{"http_reqs":{"count":9}}',
    );
    expect(() => read(without)).toThrow(/no HTTP request was made/);
  });

  it.each(["autocannon/passing.json", "k6/machine-readable.json"])(
    "has no throughput where %s took no time",
    (path) => {
      const text = sample(path).toString("utf8");
      expect(read(text)).toMatchObject({ throughput: expect.any(Number) });
      const shortened = text.replace(/("duration": *)[\d.]+/, "$15e-324");
      expect(shortened).not.toBe(text);
      expect(read(shortened)).not.toHaveProperty("throughput");
    },
  );

  holdsToItsShape(readPerformanceReport, performanceSummary, samples);
});
