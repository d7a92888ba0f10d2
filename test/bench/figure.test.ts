import { describe, expect, test } from "vitest";
import { figure, sayLimit, sayValue } from "../../bench/figure.ts";
import { lostIn } from "../../bench/trafficRun.ts";
import type { Answers } from "../../rehearsal/load/client.ts";

const measured = { name: "speed", title: "Speed", unit: "ms", how: "once" } as const;

describe("a figure", () => {
  test("holds at its limit where the limit is `at most`", () => {
    expect(figure({ ...measured, value: 50, limit: { kind: "at most", value: 50 } }).ok).toBe(true);
    expect(figure({ ...measured, value: 50.1, limit: { kind: "at most", value: 50 } }).ok).toBe(false);
  });

  test("misses at its limit where the limit is `under`", () => {
    expect(figure({ ...measured, value: 999.9, limit: { kind: "under", value: 1000 } }).ok).toBe(true);
    expect(figure({ ...measured, value: 1000, limit: { kind: "under", value: 1000 } }).ok).toBe(false);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1])(
    "that is %d was not measured, which is never within a limit",
    (value) => {
      expect(() => figure({ ...measured, value, limit: { kind: "at most", value: 50 } })).toThrow(
        /nothing was measured/,
      );
    },
  );

  test("is said with its unit and its limit", () => {
    expect(sayValue({ value: 1.234, unit: "times" })).toBe("1.23 ×");
    expect(sayValue({ value: 0, unit: "requests" })).toBe("0 requests");
    expect(sayValue({ value: 12_345.6, unit: "ms" })).toBe("12,346 ms");
    expect(sayLimit({ limit: { kind: "under", value: 1024 }, unit: "MiB" })).toBe("under 1,024 MiB");
  });
});

describe("failed requests of a run under load", () => {
  test("only an error that the bad version itself answered is its own", () => {
    const load = {
      total: answers(20, { status: 15, reset: 3, timeout: 2 }),
      byVersion: {
        "v1.0.0": answers(1, { status: 1 }),
        "v1.2.0": answers(16, { status: 14, timeout: 2 }),
        unknown: answers(3, { reset: 3 }),
      },
    };
    expect(lostIn(load)).toEqual({ failed: 6, answeredByBadVersion: 14 });
  });

  test("without a bad version every failure counts", () => {
    expect(lostIn({ total: answers(2, { connect: 2 }), byVersion: {} })).toEqual({
      failed: 2,
      answeredByBadVersion: 0,
    });
  });
});

function answers(failed: number, failures: Answers["failures"]): Answers {
  const times = { p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };
  const at = { firstAnswerAt: null, lastAnswerAt: null, firstSentAt: null, lastSentAt: null };
  return { requests: 100, failed, failures, ...times, ...at };
}
