import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextStep, start } from "../../../release/strategy/nextStep.ts";
import type { Wish } from "../../../release/strategy/position.ts";
import { anyStrategy, Platform, walk } from "./walking.ts";

const wanted = fc.integer({ min: 1, max: 20 });

describe("any strategy, walked on a platform that does what it is asked", () => {
  it("brings all users to the new version, with as many instances as are wanted", () => {
    fc.assert(
      fc.property(anyStrategy, wanted, (strategy, count) => {
        const platform = new Platform(count);
        const { end } = walk(strategy, platform);
        expect(end).toBe("promoted");
        expect(platform.next).toEqual({ asked: count, ready: count });
        expect(platform.share).toBe(100);
      }),
    );
  });

  it("never has fewer ready instances than are wanted, nor more than twice as many, on any way there and back", () => {
    fc.assert(
      fc.property(anyStrategy, wanted, fc.nat({ max: 60 }), fc.boolean(), (strategy, count, cut, broken) => {
        const platform = new Platform(count, broken && strategy.moves === "weights");
        walk(strategy, platform, start, (step, at) => {
          expect(platform.ready).toBeGreaterThanOrEqual(count);
          expect(platform.stable.asked + platform.next.asked).toBeLessThanOrEqual(2 * count);
          return at === cut ? { ...step.keep, order: "abort" } : step.keep;
        });
      }),
    );
  });

  it("gives a version more by weight only when all its instances are ready", () => {
    fc.assert(
      fc.property(anyStrategy, wanted, (strategy, count) => {
        fc.pre(strategy.moves === "weights");
        const platform = new Platform(count);
        walk(strategy, platform, start, (step) => {
          if (step.do === "move" && step.to.share > platform.share) expect(platform.next.ready).toBe(count);
          return step.keep;
        });
      }),
    );
  });

  it("only ever goes forward, until it goes back", () => {
    fc.assert(
      fc.property(anyStrategy, wanted, (strategy, count) => {
        const { steps } = walk(strategy, new Platform(count));
        const moves = steps.flatMap((step): Wish[] => (step.do === "move" ? [step.to] : []));
        for (const [at, move] of moves.entries()) {
          const before = moves[at - 1];
          if (before === undefined) continue;
          expect(move.next).toBeGreaterThanOrEqual(before.next);
          expect(move.share).toBeGreaterThanOrEqual(before.share);
          expect(move.stable).toBeLessThanOrEqual(before.stable);
        }
      }),
    );
  });

  it("reaches the start again from every step, by an abort or a no-go, also when no new instance ever becomes ready", () => {
    fc.assert(
      fc.property(
        anyStrategy,
        wanted,
        fc.nat({ max: 60 }),
        fc.boolean(),
        fc.boolean(),
        (strategy, count, cut, broken, ordered) => {
          const platform = new Platform(count, broken && strategy.moves === "weights");
          const { progress } = walk(strategy, platform, start, (step, at) => (at >= cut ? false : step.keep));
          const { end } = ordered
            ? walk(strategy, platform, { ...progress, order: "abort" })
            : walk(strategy, platform, progress, undefined, "no-go");
          expect(end).toBe("undone");
          expect(platform.share).toBe(0);
          expect(platform.stable).toEqual({ asked: count, ready: count });
          if (strategy.moves === "instances") expect(platform.next.asked).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("goes on after a cut with the very step it was cut off in", () => {
    fc.assert(
      fc.property(anyStrategy, wanted, fc.nat({ max: 60 }), (strategy, count, cut) => {
        const whole = walk(strategy, new Platform(count));
        const platform = new Platform(count);
        const first = walk(strategy, platform, start, (step, at) => (at >= cut ? false : step.keep));
        fc.pre(first.end === "stuck");
        const kept = JSON.parse(JSON.stringify(first.progress));
        const second = walk(strategy, platform, kept);
        expect([...first.steps, ...second.steps]).toEqual(whole.steps);
      }),
    );
  });

  it("is told the same by the same facts, however often it asks", () => {
    fc.assert(
      fc.property(anyStrategy, wanted, (strategy, count) => {
        const platform = new Platform(count);
        walk(strategy, platform, start, (step, _, keep) => {
          expect(nextStep(strategy, keep, platform.now())).toEqual(step.do === "end" ? expect.anything() : step);
          return step.keep;
        });
      }),
    );
  });

  it("never goes forward again once it goes back, whatever is ordered then", () => {
    fc.assert(
      fc.property(anyStrategy, wanted, fc.constantFrom("walk", "pause", "promote"), (strategy, count, order) => {
        const platform = new Platform(count);
        const back = nextStep(strategy, start, platform.now("no-go"));
        expect(walk(strategy, platform, { ...back.keep, order }).end).toBe("undone");
      }),
    );
  });
});
