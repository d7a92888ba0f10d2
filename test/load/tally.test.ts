import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureKinds, type Outcome } from "../../rehearsal/load/answers.ts";
import { Arrivals, turns } from "../../rehearsal/load/arrivals.ts";
import { Tally } from "../../rehearsal/load/tally.ts";

const start = 1_000_000_500;

function outcome(more: Partial<Outcome> = {}): Outcome {
  return {
    service: "api",
    method: "GET",
    path: "/a",
    intendedAt: start,
    sentAt: start + 1,
    endedAt: start + 2,
    version: "v1",
    environment: "blue",
    status: 200,
    failure: undefined,
    ...more,
  };
}

const anyOutcome = fc.record({
  service: fc.constantFrom("api", "web"),
  version: fc.constantFrom("v1", "v2", undefined),
  kind: fc.constantFrom(...failureKinds, undefined, undefined, undefined),
  waitMs: fc.integer({ min: 0, max: 1500 }),
  marked: fc.boolean(),
});

describe("the tally", () => {
  it("loses nothing: windows between marks, and the seconds of the timeline, add up to the total", () => {
    fc.assert(
      fc.property(fc.array(anyOutcome, { maxLength: 60 }), (steps) => {
        const tally = new Tally(start);
        let now = start;
        let marks = 0;
        for (const { service, version, kind, waitMs, marked } of steps) {
          now += waitMs;
          if (marked) marks = tally.mark("m", now).id;
          const failure = kind === undefined ? undefined : { kind, error: "e" };
          tally.add(outcome({ service, version, failure, endedAt: now }));
        }
        const whole = tally.since(0, now, 0);
        const windows = Array.from({ length: marks + 1 }, (_, id) =>
          tally.since(id, now, 0, id === marks ? undefined : id + 1),
        );
        const seconds = tally.timeline(now).flatMap(({ parts }) => parts);
        const failed = steps.filter(({ kind }) => kind !== undefined).length;

        expect(whole.total).toMatchObject({ requests: steps.length, failed });
        expect(sum(windows.map(({ total }) => total.requests))).toBe(steps.length);
        expect(sum(windows.map(({ total }) => total.failed))).toBe(failed);
        expect(sum(seconds.map(({ requests }) => requests))).toBe(steps.length);
        expect(sum(Object.values(whole.total.failures))).toBe(failed);
        expect(sum(Object.values(whole.byVersion).map(({ requests }) => requests))).toBe(steps.length);
      }),
    );
  });

  it("measures latency from when the request was due, not from when it was sent", () => {
    const tally = new Tally(start);
    tally.add(outcome({ intendedAt: start, sentAt: start + 900, endedAt: start + 1000 }));
    expect(tally.since(0, start, 0).total.maxMs).toBeGreaterThanOrEqual(990);
  });

  it("counts a timeout's wait as latency, and a refused connection's quickness not", () => {
    const tally = new Tally(start);
    const none = { status: undefined, version: undefined, environment: undefined } as const;
    tally.add(outcome({ ...none, sentAt: undefined, failure: { kind: "connect", error: "refused" } }));
    expect(tally.since(0, start, 0).total.p95Ms).toBeNull();
    tally.add(outcome({ ...none, endedAt: start + 5000, failure: { kind: "timeout", error: "late" } }));
    expect(tally.since(0, start, 0).total.p95Ms).toBeGreaterThanOrEqual(4950);
  });

  it("a wrong answer is still an answer of its version", () => {
    const tally = new Tally(start);
    tally.add(outcome({ status: 500, failure: { kind: "status", error: "500" } }));
    expect(tally.since(0, start, 0).byVersion.v1).toMatchObject({ failed: 1, lastAnswerAt: start + 2 });
  });

  it("keeps the first 20 samples of each kind, so that a flood of one hides no other, and goes on counting", () => {
    const tally = new Tally(start);
    for (let i = 0; i < 500; i += 1) {
      if (i === 300) tally.mark("later", start + i);
      tally.add(outcome({ failure: { kind: "reset", error: `${i}` }, status: undefined, endedAt: start + i }));
    }
    tally.add(outcome({ failure: { kind: "status", error: "rare" }, status: 500, endedAt: start + 500 }));
    const { samples, total } = tally.since(0, start + 500, 0);
    expect(samples.map(({ error }) => error)).toEqual([...Array.from({ length: 20 }, (_, i) => `${i}`), "rare"]);
    expect(total.failures).toEqual({ reset: 500, status: 1 });
  });

  it("shows a second without any answer as an empty second", () => {
    const tally = new Tally(start);
    tally.add(outcome({ endedAt: start }));
    tally.add(outcome({ endedAt: start + 3000 }));
    expect(tally.timeline(start + 3000).map(({ parts }) => parts.length)).toEqual([1, 0, 0, 1]);
  });

  it("knows no window that was never marked", () => {
    expect(() => new Tally(start).since(1, start, 0)).toThrow("no such stretch");
  });
});

describe("arrivals", () => {
  it("are due by the clock alone, as many as the rate says", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 0, max: 3000 }), (rate, elapsedMs) => {
        const arrivals = new Arrivals(0, rate);
        let last = -1;
        for (let due = arrivals.next(elapsedMs); due !== undefined; due = arrivals.next(elapsedMs)) {
          expect(due).toBeGreaterThan(last);
          last = due;
        }
        expect(Math.abs(arrivals.taken - (elapsedMs * rate) / 1000)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("give each target its share, spread evenly", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const targets = weights.map((weight, index) => ({ index, weight }));
        const next = turns(targets);
        const cycle = Array.from({ length: sum(weights) }, () => next().index);
        for (const { index, weight } of targets) expect(cycle.filter((seen) => seen === index)).toHaveLength(weight);
      }),
    );
    const next = turns([
      { name: "a", weight: 2 },
      { name: "b", weight: 1 },
    ]);
    expect(Array.from({ length: 6 }, () => next().name).join("")).toBe("abaaba");
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
