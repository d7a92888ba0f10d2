import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Deployed } from "../../release/deployed.ts";
import { environmentNames, other } from "../../release/environment.ts";
import { instancesOf, type Standing } from "../../release/strategy/rolling.ts";
import { checkTransition, historyAfter, kindOf, type ReleaseFacts } from "../../release/transition.ts";
import { standings } from "./strategy/walking.ts";

const deployed = (version: string): Deployed => ({ version, manifestDigest: `digest of ${version}` });
const beside = { blue: deployed("v1"), green: deployed("v2") };
const wanted = 4;

/** The facts of an update, with the instances that the settings give both sides. */
const facts = (standing: Standing, more: Partial<ReleaseFacts> = {}): ReleaseFacts => ({
  kind: "none",
  live: standing.live,
  share: standing.share,
  environments: beside,
  history: [],
  rolling: {
    api: {
      wanted,
      surge: 1,
      blue: instancesOf("blue", standing, wanted),
      green: instancesOf("green", standing, wanted),
    },
  },
  ...more,
});

const checked = (before: ReleaseFacts | undefined, after: ReleaseFacts) => {
  const history = historyAfter(before, after);
  return checkTransition(before, { ...after, history, kind: kindOf(before, after) });
};

describe("an update of a rolling release", () => {
  it("is taken at every step of the way, there and back, and going back is a rollback", () => {
    fc.assert(
      fc.property(fc.constantFrom(...environmentNames), fc.integer({ min: 1, max: 3 }), (live, surge) => {
        const [there, back] = [
          { live: other(live), share: 0 },
          { live, share: 0 },
        ];
        let before = facts(back);
        const goes = (all: readonly Standing[], moves: string) => {
          for (const standing of all) {
            const after = facts(standing);
            const history = historyAfter(before, after);
            expect(checked(before, after)).toEqual([]);
            expect(["none", moves, "promotion"]).toContain(kindOf(before, { ...after, history }));
            if (moves === "rollback") expect(kindOf(before, after)).not.toBe("promotion");
            before = { ...after, history };
          }
        };
        const services = [{ wanted, surge: Math.min(surge, 1) }];
        goes(standings(back, there, services), "canary");
        goes(standings(there, back, services, { back: true }), "rollback");
      }),
    );
  });

  it("is refused when traffic would go where its instances are not yet", () => {
    expect(checked(facts({ live: "blue", share: 25 }), facts({ live: "blue", share: 50 }))).toEqual([
      {
        field: "share",
        happened: "green would get 50 % of users' traffic, which takes 2 instances of api, and has 1.",
        next: "Leave traffic as it is and set room to 50 first; move it in the next update. `greenlight release` does both.",
      },
    ]);
  });

  it("is refused when a side would lose instances whose traffic has not gone yet", () => {
    const before = facts({ live: "blue", share: 25, room: 50 });
    expect(checked(before, facts({ live: "blue", share: 50 }))).toEqual([
      {
        field: "share",
        happened:
          "blue would be left with 2 instances of api while it still answers 75 % of users' traffic, which takes 3.",
        next: "Set room to 25 in this update, and take it out in the next one.",
      },
    ]);
  });

  it("is refused when it would run more than are wanted and the surge", () => {
    const [refusal] = checked(facts({ live: "blue", share: 0 }), facts({ live: "blue", share: 0, room: 50 }));
    expect(refusal?.happened).toBe(
      "api would have 6 instances, and 4 with 1 beyond them are the most that a rolling release may.",
    );
  });

  it("may give all traffic at once where instances did not follow it before", () => {
    const before = facts({ live: "blue", share: 0 }, { rolling: undefined });
    expect(checked(before, facts({ live: "green", share: 0, room: 100 }, { rolling: undefined }))).toEqual([]);
    expect(checked(before, facts({ live: "blue", share: 0 }))).toEqual([]);
  });

  it("is asked nothing at the first deployment", () => {
    expect(checked(undefined, facts({ live: "blue", share: 0 }, { environments: { blue: deployed("v1") } }))).toEqual(
      [],
    );
  });
});
