import { describe, expect, it } from "vitest";
import type { Period } from "../../../release/observation.ts";
import { overSameMinutes } from "../../../release/strategy/sameMinutes.ts";

const minute = (at: number, requests: number, more: Partial<Period> = {}): Period => ({
  from: at * 60_000,
  to: (at + 1) * 60_000,
  requests,
  errors: 0,
  p95Ms: 100,
  ...more,
});

describe("two versions over the same minutes", () => {
  it("are counted over the minutes that both were told of, and over no other", () => {
    const [old, fresh] = overSameMinutes(
      [minute(0, 900), minute(1, 900, { errors: 9 }), minute(2, 900)],
      [minute(1, 100, { errors: 1 }), minute(2, 100), minute(3, 100, { errors: 100 })],
    );
    expect(old).toEqual({ requests: 1_800, errors: 9, p95Ms: 100 });
    expect(fresh).toEqual({ requests: 200, errors: 1, p95Ms: 100 });
  });

  it("leave out a gap of either", () => {
    const [old, fresh] = overSameMinutes(
      [minute(0, 900), minute(1, 0, { missing: true, p95Ms: null })],
      [minute(0, 100), minute(1, 100)],
    );
    expect([old.requests, fresh.requests]).toEqual([900, 100]);
  });

  it("have a P95 in which each minute weighs as its requests", () => {
    const [it] = overSameMinutes(
      [minute(0, 300, { p95Ms: 100 }), minute(1, 100, { p95Ms: 500 })],
      [minute(0, 1), minute(1, 1)],
    );
    expect(it.p95Ms).toBe(200);
  });

  it("have none where a minute with requests was told without, or nothing was told at all", () => {
    const [some] = overSameMinutes([minute(0, 10), minute(1, 10, { p95Ms: null })], [minute(0, 1), minute(1, 1)]);
    expect(some).toEqual({ requests: 20, errors: 0, p95Ms: null });
    const [quiet] = overSameMinutes([minute(0, 10), minute(1, 0, { p95Ms: null })], [minute(0, 1), minute(1, 1)]);
    expect(quiet.p95Ms).toBe(100);
    expect(overSameMinutes([], [minute(0, 10)])).toEqual([
      { requests: 0, errors: 0, p95Ms: null },
      { requests: 0, errors: 0, p95Ms: null },
    ]);
  });
});
