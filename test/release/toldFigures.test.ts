import { describe, expect, it } from "vitest";
import type { Observation, Period, SeenAlarm } from "../../release/observation.ts";
import { defaultThresholds, type Thresholds } from "../../release/thresholds.ts";
import { judge } from "../../release/verdict.ts";

// A metrics service tells whole minutes, each with its own percentile, and alarms of its own.

const minute = 60_000;
const start = Date.UTC(2026, 0, 5, 12);
const thresholds: Thresholds = {
  ...defaultThresholds,
  database: { failures: 2, required: false },
  errorRate: { max: 0.01, for: 5 * minute },
};

const minutes = (count: number, each: (at: number) => Partial<Period> = () => ({})): Period[] =>
  Array.from({ length: count }, (_, at) => ({
    from: start + at * minute,
    to: start + (at + 1) * minute,
    requests: 600,
    errors: 0,
    p95Ms: 120,
    ...each(at),
  }));

function seen(periods: readonly Period[], more: Partial<Observation> = {}): Observation {
  return {
    at: start + 10 * minute,
    services: { api: { periods } },
    health: { healthy: 2, of: 2 },
    smoke: { passed: true },
    alarms: [{ name: "prod-green-no-go", state: "ok", means: "no-go" }],
    ...more,
  };
}
const decide = (...looks: Observation[]) => judge(looks, thresholds, start + 10 * minute, ["api"]);
const reason = (look: string, ...looks: Observation[]) => decide(...looks).reasons.find((it) => it.look === look);

describe("a verdict by minutes that a metrics service tells", () => {
  it("is go when all is fine all through the window", () => {
    expect(decide(seen(minutes(6)))).toMatchObject({ verdict: "go" });
  });

  it("is no-go when errors are over the threshold in every minute, and not for a burst", () => {
    expect(decide(seen(minutes(6, () => ({ errors: 30 })))).verdict).toBe("no-go");
    expect(decide(seen(minutes(6, (at) => ({ errors: at === 3 ? 300 : 0 })))).verdict).toBe("undecided");
  });

  it("judges the newest telling of a minute, not the first one", () => {
    const first = seen(minutes(6, () => ({ errors: 0 })));
    expect(decide(first, seen(minutes(6, () => ({ errors: 30 })))).verdict).toBe("no-go");
  });

  it("is no-go for a percentile over the threshold", () => {
    const slow = reason("latency", seen(minutes(6, () => ({ p95Ms: 6_000 }))));
    expect(slow).toMatchObject({ outcome: "breach", value: 6_000, threshold: 5_000 });
  });

  it("is undecided where a percentile is over the threshold in a part of its window only", () => {
    const longer = { ...thresholds, p95: { maxMs: 5_000, for: 2 * minute } };
    const looks = [seen(minutes(6, (at) => ({ p95Ms: at === 5 ? 6_000 : 100 })))];
    const found = judge(looks, longer, start + 10 * minute, ["api"]);
    expect(found.reasons.find(({ look }) => look === "latency")).toMatchObject({ outcome: "unknown", value: 6_000 });
  });

  it.each([
    ["no minute was told yet", []],
    ["too few minutes were told", minutes(2)],
    ["too few requests came", minutes(6, () => ({ requests: 3 }))],
    ["a minute is missing among the others", minutes(6, (at) => (at === 3 ? { requests: 0, missing: true } : {}))],
    ["the percentile of a busy minute was not told", minutes(6, () => ({ p95Ms: null }))],
  ])("is never go when %s", (_, periods) => {
    expect(decide(seen(periods)).verdict).toBe("undecided");
  });

  it.each([
    ["figures that are none", minutes(6, () => ({ requests: Number.NaN }))],
    ["more errors than requests", minutes(6, () => ({ errors: 601 }))],
    ["minutes out of order", minutes(6).reverse()],
  ])("is never go by %s", (_, periods) => {
    const found = decide(seen(periods));
    expect(found.verdict).toBe("undecided");
    expect(found.reasons.some(({ look, outcome }) => look === "data" && outcome === "unknown")).toBe(true);
  });
});

describe("alarms of the platform in a verdict", () => {
  const alarm = (state: SeenAlarm["state"], means: SeenAlarm["means"] = "no-go") => ({
    name: "prod-green-no-go",
    state,
    means,
  });

  it.each([
    ["no-go", "one fires that says no-go", [alarm("firing")]],
    ["undecided", "one fires that says that too few requests came", [alarm("ok"), alarm("firing", "doubt")]],
    ["undecided", "one has no state", [alarm("unknown")]],
    ["undecided", "there is none", []],
    ["undecided", "they cannot be read", { unreadable: "AccessDenied" }],
    ["go", "all are at rest", [alarm("ok"), alarm("ok", "doubt")]],
  ])("make it %s when %s", (verdict, _, alarms) => {
    expect(decide(seen(minutes(6), { alarms })).verdict).toBe(verdict);
  });

  it("are judged by the last look: one that was without a state at first keeps nothing up", () => {
    const first = { ...seen(minutes(6), { alarms: [alarm("unknown")] }), at: start + 9 * minute };
    expect(decide(first, seen(minutes(6))).verdict).toBe("go");
  });

  it("are not missed where a platform has none", () => {
    const { alarms: _, ...without } = seen(minutes(6));
    expect(decide(without).verdict).toBe("go");
  });
});
