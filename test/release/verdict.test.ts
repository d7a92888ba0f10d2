import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Histogram } from "../../release/latency.ts";
import type { Observation, ServiceCounters } from "../../release/observation.ts";
import { defaultThresholds, type Thresholds } from "../../release/thresholds.ts";
import { judge } from "../../release/verdict.ts";

const start = Date.parse("2026-03-02T14:00:00Z");
const bounds = [1, 10, 100, 1_000, 5_000, 10_000, Number.POSITIVE_INFINITY];
const thresholds: Thresholds = {
  ...defaultThresholds,
  errorRate: { max: 0.01, for: 5_000 },
  outage: null,
  p95: { maxMs: 5_000, for: 5_000 },
  staleAfter: 3_000,
};

/** What one second brings to one service. */
interface Second {
  readonly requests: number;
  readonly errors: number;
  /** Milliseconds that each request took. */
  readonly took?: number;
}

const histogram = (counts: ReadonlyMap<number, number>): Histogram =>
  bounds.map((le) => ({ le, count: [...counts].reduce((sum, [took, count]) => sum + (took <= le ? count : 0), 0) }));

/** A look at the start and after each second, with counters that go on from 1000 requests before the watch. */
function watched(
  seconds: readonly Readonly<Record<string, Second>>[],
  state: Partial<Observation> = {},
): Observation[] {
  const names = Object.keys(seconds[0] ?? {});
  const totals = new Map(names.map((name) => [name, { requests: 1_000, errors: 3, took: new Map([[5, 1_000]]) }]));
  const look = (at: number): Observation => ({
    at,
    services: Object.fromEntries(
      [...totals].map(([name, { requests, errors, took }]) => [name, { requests, errors, latency: histogram(took) }]),
    ),
    health: { healthy: 3, of: 3 },
    smoke: { passed: true },
    database: { reachable: true },
    ...state,
  });
  const looks = [look(start)];
  seconds.forEach((second, index) => {
    for (const [name, { requests, errors, took = 5 }] of Object.entries(second)) {
      const total = totals.get(name);
      if (total === undefined) throw new Error(name);
      total.requests += requests;
      total.errors += errors;
      total.took.set(took, (total.took.get(took) ?? 0) + requests);
    }
    looks.push(look(start + (index + 1) * 1_000));
  });
  return looks;
}

const steady = (count: number, errors: number, took = 5): Record<string, Second>[] =>
  Array.from({ length: count }, () => ({ api: { requests: 500, errors, took } }));
const decide = (looks: readonly Observation[], changed: Partial<Thresholds> = {}) =>
  judge(looks, { ...thresholds, ...changed }, looks.at(-1)?.at ?? start, ["api"]);
const counters = (look: Observation | undefined): ServiceCounters => {
  const read = look?.services.api;
  if (read === undefined || !("requests" in read)) throw new Error("no counters");
  return read;
};
const withLast = (looks: readonly Observation[], change: Partial<Observation>): Observation[] =>
  looks.map((look, index) => (index === looks.length - 1 ? { ...look, ...change } : look));

describe("go", () => {
  it("when everything was looked at for the whole window and is fine", () => {
    const verdict = decide(watched(steady(6, 2)));
    expect(verdict.verdict).toBe("go");
    expect(verdict.sentence).toMatch(
      /^Go after 6 s: error rate 0\.4 % \(threshold 1 %, 2,500 requests, 10 failed, since \d\d:\d\d:\d\d\); P95 /,
    );
  });

  it("at exactly the threshold, which is not over it", () => {
    expect(decide(watched(steady(6, 5))).verdict).toBe("go");
  });

  it("across a look that failed, as long as the next one could be read: counters lose nothing", () => {
    const looks = watched(steady(8, 0)).map((look, index) =>
      index === 5 ? { ...look, services: { api: { unreadable: "timeout" } } } : look,
    );
    expect(decide(looks).verdict).toBe("go");
  });

  it("with the time it takes by default only after five minutes", () => {
    const looks = watched(steady(300, 0));
    const at = (count: number) => judge(looks.slice(0, count + 1), defaultThresholds, start + count * 1_000).verdict;
    expect([at(299), at(300)]).toEqual(["undecided", "go"]);
  });
});

describe("the error rate", () => {
  it("of a steady 5 % is a no-go at the look that completes the window, not before", () => {
    const looks = watched(steady(6, 25));
    expect([3, 4, 5].map((count) => decide(looks.slice(0, count + 1)).verdict)).toEqual([
      "undecided",
      "undecided",
      "no-go",
    ]);
    expect(decide(looks).sentence).toMatch(
      /^No-go after 6 s: error rate 5 % \(threshold 1 %, 2,500 requests, 125 failed, since \d\d:\d\d:\d\d\); fine: P95 .* ms, 3 of 3 healthy/,
    );
  });

  it("of a steady 5 % trips after five minutes by default", () => {
    const looks = watched(steady(300, 25));
    const at = (count: number) => judge(looks.slice(0, count + 1), defaultThresholds, start + count * 1_000).verdict;
    expect([at(60), at(299), at(300)]).toEqual(["undecided", "undecided", "no-go"]);
  });

  it("of a burst does not trip, but is no go either until the window is clean", () => {
    const seconds = [...steady(3, 0), ...steady(2, 200), ...steady(7, 0)];
    const words = seconds.map((_, index) => decide(watched(seconds.slice(0, index + 1))).verdict);
    expect(words).not.toContain("no-go");
    expect(words.at(7)).toBe("undecided");
    expect(words.at(-1)).toBe("go");
  });

  it("of little traffic is judged over the window as a whole", () => {
    const seconds = Array.from({ length: 6 }, (_, index) => ({
      api: { requests: 25, errors: index % 3 === 0 ? 3 : 0 },
    }));
    expect(decide(watched(seconds)).verdict).toBe("no-go");
  });

  it("of one service is not diluted by another", () => {
    const seconds = Array.from({ length: 6 }, () => ({
      api: { requests: 50, errors: 3 },
      web: { requests: 5_000, errors: 0 },
    }));
    const verdict = decide(watched(seconds));
    expect(verdict.verdict).toBe("no-go");
    expect(verdict.sentence).toContain("error rate of api 6 %");
    expect(verdict.sentence).not.toContain("error rate of web 6 %");
  });

  it("over the outage threshold does not wait for the whole time", () => {
    const verdict = judge(watched(steady(10, 300)), defaultThresholds, start + 10_000);
    expect(verdict.verdict).toBe("no-go");
    expect(verdict.reasons).toContainEqual(expect.objectContaining({ look: "outage", outcome: "breach", value: 0.6 }));
  });

  it("is seen through a restart of the proxy, of whose lost counts a go is never made", () => {
    const looks = (errors: number) => {
      const first = watched(steady(3, errors));
      const again = watched(steady(4, errors)).map((look) => ({
        ...look,
        at: look.at + 4_000,
        services: {
          api: {
            requests: counters(look).requests - 1_000,
            errors: counters(look).errors - 3,
            latency: counters(look).latency.map(({ le, count }) => ({
              le,
              count: Math.max(0, count - (le >= 10 ? 1_000 : 0)),
            })),
          },
        },
      }));
      return [...first, ...again];
    };
    expect(decide(looks(0)).verdict).toBe("undecided");
    expect(decide(looks(0)).sentence).toContain("started anew");
    expect(decide(looks(25)).verdict).toBe("no-go");
  });
});

describe("the P95", () => {
  it("over the threshold is a no-go that names it", () => {
    const verdict = decide(watched(steady(6, 0, 7_000)));
    expect(verdict.verdict).toBe("no-go");
    expect(verdict.sentence).toMatch(/P95 9\.75 s \(threshold 5 s, 2,500 answers/);
  });

  it("counts the slow tenth", () => {
    const seconds = Array.from({ length: 12 }, (_, index) => ({
      api: { requests: index % 2 === 0 ? 50 : 450, errors: 0, took: index % 2 === 0 ? 7_000 : 5 },
    }));
    expect(decide(watched(seconds)).verdict).toBe("no-go");
  });

  it("beyond buckets that end below the threshold is undecided, at the threshold a no-go", () => {
    const slow = watched(steady(6, 0, 60_000));
    expect(decide(slow).verdict).toBe("no-go");
    expect(decide(slow, { p95: { maxMs: 20_000, for: 5_000 } }).verdict).toBe("undecided");
  });

  it("of the few that were answered says nothing about the rest", () => {
    const looks = watched(steady(6, 0)).map((look, index) => ({
      ...look,
      services: { api: { ...counters(look), requests: 1_000 + index * 5_000 } },
    }));
    expect(decide(looks).sentence).toMatch(/^Undecided.* only 2,500 of 25,000 requests were answered/);
  });
});

describe("health, smoke test and database", () => {
  const fine = watched(steady(6, 0));

  it.each<[string, Partial<Observation>, RegExp]>([
    [
      "a smoke test that fails",
      { smoke: { passed: false, detail: "3 of 12 flows" } },
      /^No-go .*smoke test fails \(3 of 12 flows\)/,
    ],
  ])("%s is a no-go at once", (_, change, sentence) => {
    expect(decide(withLast(fine, change)).sentence).toMatch(sentence);
  });

  it.each<[string, Partial<Observation>, RegExp]>([
    ["an instance that does not answer", { health: { healthy: 2, of: 3 } }, /2 of 3 healthy, 2 looks in a row/],
    [
      "a database out of reach",
      { database: { reachable: false, detail: "ECONNREFUSED" } },
      /database does not answer \(ECONNREFUSED\), 2 looks in a row/,
    ],
  ])(
    "%s is a no-go at the second look in a row, undecided at the first, and forgiven once it is back",
    (_, change, sentence) => {
      const bad = (...which: number[]) =>
        fine.map((look, index) => (which.includes(index) ? { ...look, ...change } : look));
      expect(decide(bad(6)).verdict).toBe("undecided");
      expect(decide(bad(5, 6)).verdict).toBe("no-go");
      expect(decide(bad(5, 6)).sentence).toMatch(sentence);
      expect(decide(bad(4, 5)).verdict).toBe("go");
      expect(
        decide(bad(6), { health: { failures: 1, required: true }, database: { failures: 1, required: true } }).verdict,
      ).toBe("no-go");
    },
  );

  it("that failed are not saved by a look that saw nothing", () => {
    const looks = fine.map((look, index) =>
      index === 6 ? { ...look, health: undefined } : index >= 4 ? { ...look, health: { healthy: 0, of: 3 } } : look,
    );
    expect(decide(looks).verdict).toBe("no-go");
  });

  it("count as new error patterns only where a limit is set", () => {
    const looks = withLast(fine, { newErrorPatterns: 2 });
    expect(decide(looks).sentence).toMatch(/^Go .*2 new error patterns in the logs/);
    expect(decide(looks, { logs: { maxNewPatterns: 1 } }).verdict).toBe("no-go");
    expect(decide(fine, { logs: { maxNewPatterns: 1 } }).verdict).toBe("undecided");
  });
});

describe("no data is never a pass", () => {
  const fine = watched(steady(6, 0));
  const service = (change: Partial<ServiceCounters>): Partial<Observation> => ({
    services: { api: { ...counters(fine.at(-1)), ...change } },
  });

  it.each<[string, Observation[]]>([
    ["no look", []],
    ["one look", fine.slice(-1)],
    ["no requests", watched(steady(6, 0).map(() => ({ api: { requests: 0, errors: 0 } })))],
    ["too few requests", watched(steady(6, 0).map(() => ({ api: { requests: 10, errors: 0 } })))],
    ["a window not yet over", fine.slice(0, 5)],
    ["counters that could not be read last", withLast(fine, { services: { api: { unreadable: "ECONNREFUSED" } } })],
    ["counters that were never read", fine.map((look) => ({ ...look, services: { api: { unreadable: "no" } } }))],
    ["a service that was not looked at", fine.map((look) => ({ ...look, services: { web: counters(look) } }))],
    ["requests that are no number", withLast(fine, service({ requests: Number.NaN }))],
    ["errors that are no number", withLast(fine, service({ errors: Number.NaN }))],
    ["negative errors", withLast(fine, service({ errors: -1 }))],
    ["infinite requests", withLast(fine, service({ requests: Number.POSITIVE_INFINITY }))],
    ["more errors than requests", withLast(fine, service({ errors: 1_000_000 }))],
    ["no latency buckets", withLast(fine, service({ latency: [] }))],
    ["counters that started anew", withLast(fine, service({ requests: 400, errors: 0 }))],
    ["no health", fine.map((look) => ({ ...look, health: undefined }))],
    ["health of nothing", withLast(fine, { health: { healthy: 0, of: 0 } })],
    ["more healthy than there are", withLast(fine, { health: { healthy: 4, of: 3 } })],
    ["health that is no number", withLast(fine, { health: { healthy: Number.NaN, of: 3 } })],
    ["health seen long ago", fine.map((look, index) => (index > 2 ? { ...look, health: undefined } : look))],
    ["no smoke test", fine.map((look) => ({ ...look, smoke: undefined }))],
    ["no database", fine.map((look) => ({ ...look, database: undefined }))],
    ["a look without a time", [...fine, ...withLast(fine, { at: Number.NaN }).slice(-1)]],
  ])("%s", (_, looks) => {
    const verdict = judge(looks, thresholds, start + 6_000, ["api"]);
    expect(verdict.verdict).toBe("undecided");
    expect(verdict.sentence).toMatch(/^Undecided after .+: .+\./);
  });

  it.each([
    ["old", 3_001],
    ["from the future", -3_001],
  ])("a last look that is %s", (_, later) => {
    expect(judge(fine, thresholds, start + 6_000 + later, ["api"]).verdict).toBe("undecided");
    expect(judge(fine, thresholds, start + 6_000, ["api"]).verdict).toBe("go");
  });

  it("nor are thresholds that are no number", () => {
    expect(decide(fine, { errorRate: { max: Number.NaN, for: 5_000 } }).verdict).not.toBe("go");
    expect(decide(fine, { p95: { maxMs: Number.NaN, for: 5_000 } }).verdict).not.toBe("go");
    expect(decide(fine, { minRequests: Number.NaN }).verdict).not.toBe("go");
    expect(decide(fine, { staleAfter: Number.NaN }).verdict).not.toBe("go");
  });
});

const second = fc.record({
  requests: fc.integer({ min: 0, max: 600 }),
  share: fc.constantFrom(0, 0, 0.005, 0.02, 0.05, 0.5, 1),
});
const arbitrarySeconds = fc.array(second, { minLength: 1, maxLength: 12 });
const toSeconds = (list: readonly { requests: number; share: number }[]): Record<string, Second>[] =>
  list.map(({ requests, share }) => ({ api: { requests, errors: Math.floor(requests * share) } }));

describe("whatever was seen", () => {
  it("more errors never make a verdict better", () => {
    const rank = { "no-go": 0, undecided: 1, go: 2 } as const;
    fc.assert(
      fc.property(arbitrarySeconds, fc.nat(11), fc.double({ min: 0, max: 1, noNaN: true }), (list, which, share) => {
        const seconds = toSeconds(list);
        const worse = seconds.map((entry, index) => {
          const { requests = 0, errors = 0 } = entry.api ?? {};
          return index === which % seconds.length
            ? { api: { requests, errors: errors + Math.floor((requests - errors) * share) } }
            : entry;
        });
        expect(rank[decide(watched(worse)).verdict]).toBeLessThanOrEqual(rank[decide(watched(seconds)).verdict]);
      }),
      { numRuns: 500 },
    );
  });

  it("without enough samples in the window it is never a go", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 19 }), { maxLength: 12 }), (requests) => {
        const looks = watched([
          { api: { requests: 0, errors: 0 } },
          ...requests.map((count) => ({ api: { requests: count, errors: 0 } })),
        ]);
        expect(decide(looks).verdict).not.toBe("go");
      }),
    );
  });

  it("a go rests on a window that is covered, with enough requests and a rate that is not over", () => {
    fc.assert(
      fc.property(arbitrarySeconds, (list) => {
        if (decide(watched(toSeconds(list))).verdict !== "go") return;
        const window = list.slice(-5);
        expect(window).toHaveLength(5);
        const requests = window.reduce((sum, entry) => sum + entry.requests, 0);
        const errors = window.reduce((sum, entry) => sum + Math.floor(entry.requests * entry.share), 0);
        expect(requests).toBeGreaterThanOrEqual(100);
        expect(errors / requests).toBeLessThanOrEqual(0.01);
      }),
    );
  });

  it("a failed look added to it never makes a go", () => {
    fc.assert(
      fc.property(arbitrarySeconds, (list) => {
        const looks = watched(toSeconds(list));
        const at = (looks.at(-1)?.at ?? start) + 1_000;
        expect(decide([...looks, { at, services: {} }]).verdict).not.toBe("go");
      }),
    );
  });
});
