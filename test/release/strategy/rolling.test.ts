import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { environmentNames, other } from "../../../release/environment.ts";
import { type Capacity, instancesFor, instancesOf, type Standing, shareOf } from "../../../release/strategy/rolling.ts";
import { standings } from "./walking.ts";

const environment = fc.constantFrom(...environmentNames);
const capacity = fc.record({ wanted: fc.integer({ min: 1, max: 20 }), surge: fc.integer({ min: 1, max: 5 }) });
const services = fc.array(capacity, { minLength: 1, maxLength: 4 });

/** A release from one side to a share of the other, which is all of it where that share is 100. */
const goalOf = (live: Standing["live"], share: number) =>
  share === 100 ? { live: other(live), share: 0 } : { live, share };

const counts = (standing: Standing, { wanted }: Capacity) => ({
  blue: instancesOf("blue", standing, wanted),
  green: instancesOf("green", standing, wanted),
});

describe("the instances that a share of the traffic takes", () => {
  it.each([
    [0, 4, 0],
    [1, 4, 1],
    [10, 4, 1],
    [50, 4, 2],
    [33, 3, 1],
    [34, 3, 2],
    [67, 3, 2],
    [99, 4, 4],
    [100, 4, 4],
  ])("are for %i %% of %i instances %i", (percent, wanted, expected) => {
    expect(instancesFor(percent, wanted)).toBe(expected);
  });

  it("are never too few by more than half a percent of the whole", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 20 }), (percent, wanted) => {
        expect(instancesFor(percent, wanted)).toBeGreaterThanOrEqual(((percent - 0.5) * wanted) / 100 - 1e-9);
        expect(instancesFor(percent, wanted)).toBeLessThanOrEqual(wanted);
      }),
    );
  });
});

describe("a rolling release", () => {
  it("brings instances, moves traffic, and lets the others go, as far at a time as the surge allows", () => {
    expect(standings({ live: "blue", share: 0 }, { live: "green", share: 0 }, [{ wanted: 2, surge: 1 }])).toEqual([
      { live: "blue", share: 0, room: 50 },
      { live: "blue", share: 50, room: 0 },
      { live: "blue", share: 50 },
      { live: "blue", share: 50, room: 100 },
      { live: "green", share: 0, room: 50 },
      { live: "green", share: 0 },
    ]);
  });

  it("calls what it goes back to live from its first move on", () => {
    const back = standings({ live: "green", share: 0 }, { live: "blue", share: 0 }, [{ wanted: 2, surge: 1 }], {
      back: true,
    });
    expect(back).toEqual([
      { live: "green", share: 0, room: 50 },
      { live: "blue", share: 50, room: 100 },
      { live: "blue", share: 50 },
      { live: "blue", share: 50, room: 0 },
      { live: "blue", share: 0, room: 50 },
      { live: "blue", share: 0 },
    ]);
  });

  it("leaves one Service that leads to both sides while they share traffic the instances that are wanted, wherever it is cut off", () => {
    fc.assert(
      fc.property(environment, services, fc.integer({ min: 1, max: 100 }), fc.boolean(), (live, all, share, back) => {
        const start = { live, share: 0 };
        const there = standings(start, goalOf(live, share), all);
        const end = there.at(-1) ?? start;
        const walked = back ? [...there, ...standings(end, start, all, { back: true })] : there;
        for (const [at, now] of walked.entries()) {
          const before = walked[at - 1] ?? start;
          for (const capacity of all) {
            const [had, has] = [counts(before, capacity), counts(now, capacity)];
            // Whichever instances of both sides are there already, and wherever the Service leads by then.
            const least = { blue: Math.min(had.blue, has.blue), green: Math.min(had.green, has.green) };
            for (const led of [before, now]) {
              const behind = led.share > 0 ? least.blue + least.green : least[led.live];
              expect(behind).toBeGreaterThanOrEqual(capacity.wanted);
            }
          }
        }
      }),
    );
  });

  it("always comes to where it shall be, also with services of several sizes", () => {
    fc.assert(
      fc.property(
        environment,
        services,
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        (live, all, share, thenBack) => {
          const goal = goalOf(live, share);
          const there = standings({ live, share: 0 }, goal, all);
          expect(there.at(-1)).toEqual(goal);
          if (!thenBack) return;
          const back = standings(goal, { live, share: 0 }, all, { back: true });
          expect(back.at(-1)).toEqual({ live, share: 0 });
        },
      ),
    );
  });

  it("never moves traffic to instances that the update before did not bring, and takes none before its traffic has gone", () => {
    fc.assert(
      fc.property(environment, services, fc.boolean(), (live, all, back) => {
        let before: Standing = { live, share: 0 };
        for (const now of standings(before, { live: other(live), share: 0 }, all, { back })) {
          for (const service of all) {
            for (const name of environmentNames) {
              const [was, is] = [counts(before, service)[name], counts(now, service)[name]];
              expect(was).toBeGreaterThanOrEqual(instancesFor(shareOf(name, now), service.wanted));
              expect(is).toBeGreaterThanOrEqual(instancesFor(shareOf(name, before), service.wanted));
            }
          }
          before = now;
        }
      }),
    );
  });

  it("never runs more than are wanted and the surge", () => {
    fc.assert(
      fc.property(environment, services, (live, all) => {
        for (const now of standings({ live, share: 0 }, { live: other(live), share: 0 }, all)) {
          for (const service of all) {
            const { blue, green } = counts(now, service);
            expect(blue + green).toBeLessThanOrEqual(service.wanted + service.surge);
          }
        }
      }),
    );
  });

  it("goes on, or turns round, from wherever it was cut off", () => {
    fc.assert(
      fc.property(environment, services, fc.nat({ max: 100 }), fc.boolean(), (live, all, cut, turns) => {
        const forward = { live: other(live), share: 0 };
        const whole = standings({ live, share: 0 }, forward, all);
        const at = whole[cut % whole.length] ?? forward;
        const goal = turns ? { live, share: 0 } : forward;
        const rest = standings(at, goal, all, { back: turns });
        expect(rest.at(-1) ?? at).toEqual(goal);
        for (const now of rest) {
          for (const service of all) {
            const { blue, green } = counts(now, service);
            expect(blue + green).toBeLessThanOrEqual(service.wanted + service.surge);
          }
        }
      }),
    );
  });

  it("asks for no share that the settings cannot say", () => {
    fc.assert(
      fc.property(environment, services, fc.boolean(), (live, all, back) => {
        for (const { share, room = 0 } of standings({ live, share: 0 }, { live: other(live), share: 0 }, all, {
          back,
        })) {
          expect(share >= 0 && share <= 99 && room >= 0 && room <= 100).toBe(true);
        }
      }),
    );
  });
});
