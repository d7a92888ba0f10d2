import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notPlayed } from "../../rehearsal/play.ts";
import { Findings } from "../../rehearsal/scenario.ts";
import { destroy } from "../../rehearsal/scenarios/destroy.ts";
import { scenariosFor } from "../../rehearsal/scenarios/index.ts";
import { median, summaryShape } from "../../rehearsal/summary.ts";
import { summaryText } from "../../rehearsal/table.ts";
import { emptyReport, fullReport } from "./reportData.ts";

const files = { summary: "/x/summary.json", report: "/x/report.html" };

describe("the summary", () => {
  it("has its shape, full and empty", () => {
    expect(summaryShape.safeParse(fullReport().summary).success).toBe(true);
    expect(summaryShape.safeParse(emptyReport.summary).success).toBe(true);
  });

  it.each([
    ["an unknown field", { extra: 1 }],
    ["requests that are no number", { requests: "many" }],
    ["less than nothing", { failed: -1 }],
  ])("is refused with %s", (_what, wrong) => {
    expect(summaryShape.safeParse({ ...fullReport().summary, ...wrong }).success).toBe(false);
  });

  it("survives being written and read", () => {
    const { summary } = fullReport();
    expect(summaryShape.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  });
});

describe("the median", () => {
  it("is null of nothing, the middle of an odd number, the mean of two", () => {
    expect([median([]), median([3]), median([9, 1, 5]), median([4, 1, 2, 100])]).toEqual([null, 3, 5, 3]);
  });

  it("has at most half of the values on either side, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 }), (values) => {
        const middle = median(values) ?? Number.NaN;
        expect(values.filter((it) => it < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((it) => it > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe("the scenarios", () => {
  const all = [...scenariosFor(false), destroy];

  it("have names of their own and say what is expected", () => {
    expect(new Set(all.map((it) => it.name)).size).toBe(all.length);
    for (const it of all) expect(it.expected).toMatch(/\.$/);
  });

  it("allow failures only where something is broken on purpose", () => {
    expect(all.filter((it) => it.allowsFailures).map((it) => it.name)).toEqual([
      "errors",
      "kill-proxy",
      "kill-instance",
      "kill-database",
    ]);
  });

  it("are played in both lengths only if they say so", () => {
    for (const it of scenariosFor(true)) expect([it.name, it.quick]).toEqual([it.name, true]);
  });

  it("that were not played are no success", () => {
    expect(notPlayed(destroy, "the rehearsal was stopped")).toMatchObject({
      ok: false,
      seen: "Not played: the rehearsal was stopped.",
    });
  });
});

describe("what was seen", () => {
  it("is as expected while nothing was found", () => {
    const found = new Findings();
    found.expect(true, "never said");
    expect(found.ended("green v1 serves 100 %.")).toEqual({ ok: true, seen: "Green v1 serves 100 %.", facts: {} });
  });

  it("says first what is wrong", () => {
    const found = new Findings();
    found.expect(false, "ports are open: 80");
    expect(found.ended("2 processes ended.")).toMatchObject({
      ok: false,
      seen: "Ports are open: 80. 2 processes ended.",
    });
  });
});

describe("the table at the end", () => {
  it("has a row for each scenario, the figures and where the results are", () => {
    const { summary } = fullReport();
    const text = summaryText(summary, files, 140);
    for (const { seen } of summary.scenarios) expect(text).toContain(seen.split(" ")[0]);
    for (const part of [
      "145,600 requests, 0 failed where none may",
      "7.3 ms (median of 21)",
      "65 ms",
      "912 MB",
      files.report,
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("NOT AS EXPECTED: 6 of 7 scenarios");
  });

  it.each([80, 140, 400])("is not wider than a terminal of %i columns", (columns) => {
    const lines = summaryText(fullReport().summary, files, columns).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it("is there when nothing was played", () => {
    expect(summaryText(emptyReport.summary, files, 100)).toContain("NOT AS EXPECTED: 0 of 0 scenarios");
  });
});
