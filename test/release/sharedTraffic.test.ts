import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgedEnvironments } from "../../release/checklist/judged.ts";
import type { Deployed } from "../../release/deployed.ts";
import { sharedWeights, weightsFault } from "../../release/environment.ts";
import { checkTransition, historyAfter, kindOf, type ReleaseFacts } from "../../release/transition.ts";

const deployed = (version: string): Deployed => ({ version, manifestDigest: `digest of ${version}` });
const beside = { blue: deployed("v1"), green: deployed("v2") };

/** What serves v1 in blue, with v2 beside it that gets a share. */
const facts = (share: number, changes: Partial<ReleaseFacts> = {}): ReleaseFacts => ({
  kind: "none",
  live: "blue",
  environments: beside,
  history: [],
  share,
  ...changes,
});

/** The change of an update, with the kind and history that it has. */
const checked = (before: ReleaseFacts, after: ReleaseFacts) => {
  const history = historyAfter(before, after);
  return checkTransition(before, { ...after, history, kind: kindOf(before, after) });
};

describe("a share of users' traffic", () => {
  it.each<[string, ReleaseFacts, ReleaseFacts, string]>([
    ["first given is a canary", facts(0), facts(5), "canary"],
    ["raised is a promotion", facts(5), facts(50), "promotion"],
    ["become everything is a promotion", facts(50), facts(0, { live: "green" }), "promotion"],
    ["lowered is a rollback", facts(50), facts(5), "rollback"],
    ["taken away is a rollback", facts(50), facts(0), "rollback"],
    ["left as it is is nothing", facts(50), facts(50), "none"],
  ])("%s, and allowed", (_, before, after, kind) => {
    expect(kindOf(before, after)).toBe(kind);
    expect(checked(before, after)).toEqual([]);
  });

  it.each<[string, ReleaseFacts, ReleaseFacts, string]>([
    [
      "of a candidate deployed in the same update",
      facts(0, { environments: { blue: deployed("v1") } }),
      facts(5),
      "v2 would be deployed to green and get 5 % of users' traffic in one update.",
    ],
    [
      "of a candidate that is another one now",
      facts(5),
      facts(5, { environments: { ...beside, green: deployed("v3") } }),
      "v3 would be deployed to green and get 5 % of users' traffic in one update.",
    ],
    [
      "of nobody",
      facts(0),
      facts(5, { environments: { blue: deployed("v1") } }),
      "green would get 5 % of users' traffic, and no version is deployed there.",
    ],
    [
      "kept through a switch",
      facts(50),
      facts(50, { live: "green" }),
      "green would become live, and blue keep 50 % of users' traffic.",
    ],
  ])("%s is refused", (_, before, after, happened) => {
    const refusals = checked(before, after).filter(({ field }) => field === "share");
    expect(refusals.map((it) => it.happened)).toEqual([happened]);
  });

  it("taken away beside a deployment does not make that a rollback, which nothing judges", () => {
    const after = facts(0, { environments: { ...beside, green: deployed("v3") } });
    expect(kindOf(facts(10), after)).toBe("release");
  });

  it("is refused at a first deployment", () => {
    const after = facts(5, { kind: "release" });
    expect(checkTransition(undefined, after).map(({ field }) => field)).toContain("share");
  });

  it("is judged by the candidate's checklist when it is first given, and by users' requests after that", () => {
    const carried = { level: "mandatory" } as const;
    expect(judgedEnvironments("canary", "blue", carried, beside)).toEqual(["green"]);
    expect(judgedEnvironments("promotion", "blue", carried, beside)).toEqual([]);
    expect(judgedEnvironments("promotion", "green", carried, beside)).toEqual([]);
  });

  it("leaves whole percentages that sum to 100, whoever is live", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("blue" as const, "green" as const),
        fc.integer({ min: 0, max: 100 }),
        (live, share) => {
          const weights = sharedWeights(live, share);
          expect(weightsFault(weights)).toBeUndefined();
          expect(weights[live]).toBe(100 - share);
        },
      ),
    );
  });

  it("never reaches a version in the update that deploys it, whatever updates are tried", () => {
    const version = fc.constantFrom("v1", "v2", "v3");
    const update = fc.record({
      live: fc.constantFrom("blue" as const, "green" as const),
      blue: fc.option(version, { nil: undefined }),
      green: fc.option(version, { nil: undefined }),
      share: fc.constantFrom(0, 0, 10, 50, 99),
    });
    fc.assert(
      fc.property(fc.array(update, { maxLength: 12 }), (updates) => {
        let before: ReleaseFacts = facts(0);
        for (const { live, blue, green, share } of updates) {
          const environments = {
            ...(blue === undefined ? {} : { blue: deployed(blue) }),
            ...(green === undefined ? {} : { green: deployed(green) }),
          };
          const after: ReleaseFacts = { kind: "none", live, environments, share, history: [] };
          if (checked(before, after).length > 0) continue;
          const history = historyAfter(before, after);
          for (const name of ["blue", "green"] as const) {
            const gets = sharedWeights(live, share)[name];
            if (gets > 0) expect(environments[name]).toEqual(before.environments[name]);
          }
          before = { ...after, history };
        }
      }),
    );
  });
});
