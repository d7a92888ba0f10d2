import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Deployed, sameDeployed } from "../../release/deployed.ts";
import { type EnvironmentName, other } from "../../release/environment.ts";
import {
  checkServing,
  checkTransition,
  historyAfter,
  kindOf,
  liveDeployed,
  type ReleaseFacts,
} from "../../release/transition.ts";

const deployed = (version: string, manifestDigest = `digest of ${version}`): Deployed => ({ version, manifestDigest });
const facts = (changes: Partial<ReleaseFacts> = {}): ReleaseFacts => ({
  kind: "none",
  live: "blue",
  environments: { blue: deployed("v1") },
  history: [],
  ...changes,
});
const both = { blue: deployed("v1"), green: deployed("v2") };

describe("allowed", () => {
  it.each<[string, ReleaseFacts | undefined, ReleaseFacts]>([
    ["the first deployment", undefined, facts({ kind: "release" })],
    ["deploying a candidate to the idle environment", facts(), facts({ kind: "release", environments: both })],
    [
      "switching to it",
      facts({ environments: both }),
      facts({ kind: "switch", live: "green", environments: both, history: ["v1"] }),
    ],
    [
      "going back to what was live before",
      facts({ live: "green", environments: both, history: ["v1"] }),
      facts({ kind: "rollback", live: "blue", environments: both, history: ["v2"] }),
    ],
    [
      "replacing the failed candidate after a rollback",
      facts({ environments: both, history: ["v2"] }),
      facts({ kind: "release", environments: { blue: deployed("v1"), green: deployed("v3") }, history: ["v2"] }),
    ],
    [
      "replacing a candidate that never was live",
      facts({ environments: both }),
      facts({ kind: "release", environments: { ...both, green: deployed("v2", "mended") } }),
    ],
    ["retiring the idle side later", facts({ environments: both }), facts({ kind: "none" })],
    ["changing nothing", facts({ environments: both }), facts({ kind: "none", environments: both })],
  ])("%s", (_, before, after) => {
    expect(checkTransition(before, after)).toEqual([]);
  });
});

describe("refused", () => {
  it.each<[string, ReleaseFacts | undefined, ReleaseFacts, field: string, happened: RegExp]>([
    [
      "another version in the live environment",
      facts(),
      facts({ kind: "release", environments: { blue: deployed("v2") } }),
      "environments.blue",
      /would be changed to v2 while it serves/,
    ],
    [
      "another manifest under the live version",
      facts(),
      facts({ environments: { blue: deployed("v1", "other") } }),
      "environments.blue",
      /manifest it was deployed from/,
    ],
    [
      "removing the live version",
      facts({ environments: both }),
      facts({ environments: { green: deployed("v2") } }),
      "live",
      /no version is deployed/,
    ],
    [
      "live where nothing is deployed",
      facts(),
      facts({ kind: "switch", live: "green" }),
      "live",
      /green, where no version/,
    ],
    [
      "a first deployment that leaves live empty",
      undefined,
      facts({ kind: "release", live: "green" }),
      "live",
      /no version/,
    ],
    [
      "deploying and switching in one update",
      facts(),
      facts({ kind: "switch", live: "green", environments: both }),
      "environments.green",
      /in one update/,
    ],
    [
      "switching to a candidate changed in the same update",
      facts({ environments: both }),
      facts({ kind: "switch", live: "green", environments: { ...both, green: deployed("v3") } }),
      "environments.green",
      /in one update/,
    ],
    [
      "switching and retiring the old side",
      facts({ environments: both }),
      facts({ kind: "switch", live: "green", environments: { green: deployed("v2") } }),
      "environments.blue",
      /retired/,
    ],
    [
      "switching and replacing the old side",
      facts({ environments: both }),
      facts({ kind: "switch", live: "green", environments: { ...both, blue: deployed("v3") } }),
      "environments.blue",
      /replaced by v3/,
    ],
    [
      "rolling back and retiring the failed side at once",
      facts({ live: "green", environments: both, history: ["v1"] }),
      facts({ kind: "rollback", environments: { blue: deployed("v1") } }),
      "environments.green",
      /retired/,
    ],
    [
      "a candidate that is live already",
      facts(),
      facts({ kind: "release", environments: { blue: deployed("v1"), green: deployed("v1") } }),
      "environments.green",
      /v1 is already live in blue/,
    ],
    [
      "a switch that calls itself none",
      facts({ environments: both }),
      facts({ kind: "none", live: "green", environments: both }),
      "kind",
      /it is a switch/,
    ],
    [
      "a switch that calls itself rollback",
      facts({ environments: both }),
      facts({ kind: "rollback", live: "green", environments: both }),
      "kind",
      /it is a switch/,
    ],
    [
      "a release that calls itself none",
      facts(),
      facts({ kind: "none", environments: both }),
      "kind",
      /it is a release/,
    ],
    ["a first deployment that calls itself none", undefined, facts(), "kind", /it is a release/],
    [
      "a history with a version that never was live",
      facts({ environments: both }),
      facts({ kind: "none", environments: both, history: ["v2"] }),
      "history",
      /v2, which was not live/,
    ],
    ["a history at the first deployment", undefined, facts({ kind: "release", history: ["v0"] }), "history", /v0/],
  ])("%s", (_, before, after, field, happened) => {
    const refusals = checkTransition(before, after);
    const refusal = refusals.find((candidate) => candidate.field === field);
    expect(refusal, JSON.stringify(refusals)).toBeDefined();
    expect(refusal?.happened).toMatch(happened);
    expect(refusal?.next).not.toBe("");
  });

  it("names the right kind only when nothing else is wrong", () => {
    const refusals = checkTransition(facts(), facts({ kind: "none", live: "green", environments: both }));
    expect(refusals.map(({ field }) => field)).not.toContain("kind");
  });
});

describe("a version that served before", () => {
  const live = facts({ live: "green", environments: both, history: ["v1"] });

  it("is gone back to while its side stands as it was", () => {
    const back = { live: "blue", environments: both } as const;
    expect(kindOf(live, { ...back, history: [] })).toBe("rollback");
    expect(historyAfter(live, back)).toEqual(["v2"]);
  });

  it("is released once more when it was deployed anew: what took it back then holds again", () => {
    const third = { live: "green", environments: { blue: deployed("v3"), green: deployed("v2") } } as const;
    const replaced = facts({ ...third, history: historyAfter(live, third) });
    expect(replaced.history).toEqual(["v1"]);
    const again = { live: "green", environments: both } as const;
    const deployedAgain = facts({ ...again, history: historyAfter(replaced, again) });
    expect(deployedAgain.history).toEqual([]);
    expect(kindOf(deployedAgain, { live: "blue", environments: both, history: [] })).toBe("switch");
  });
});

const arbitraryDeployed = fc.record({
  version: fc.constantFrom("v1", "v2", "v3"),
  manifestDigest: fc.constantFrom("m", "n"),
});
const arbitraryFacts = fc.record({
  kind: fc.constantFrom("release", "switch", "rollback", "none") as fc.Arbitrary<ReleaseFacts["kind"]>,
  live: fc.constantFrom<EnvironmentName>("blue", "green"),
  environments: fc.record({
    blue: fc.option(arbitraryDeployed, { nil: undefined }),
    green: fc.option(arbitraryDeployed, { nil: undefined }),
  }),
});

describe("whatever updates are tried one after the other", () => {
  it("what serves only ever changes to something that stood idle, unchanged, in an update that leaves the old side as it is", () => {
    fc.assert(
      fc.property(fc.array(arbitraryFacts, { maxLength: 30 }), (wishes) => {
        let now: ReleaseFacts | undefined;
        // Without what was deployed anew since: going there is a release.
        const served = new Set<string>();
        for (const wish of wishes) {
          const after: ReleaseFacts = {
            ...wish,
            history: historyAfter(now, wish),
            kind: kindOf(now, { ...wish, history: [] }),
          };
          if (checkTransition(now, after).length > 0) continue;
          const is = liveDeployed(after);
          expect(is).toBeDefined();
          if (now !== undefined) {
            if (now.live === after.live) expect(is).toEqual(liveDeployed(now));
            else {
              expect(is).toEqual(now.environments[other(now.live)]);
              expect(after.environments[now.live]).toEqual(liveDeployed(now));
              expect(after.kind).toBe(served.has(is?.version ?? "") ? "rollback" : "switch");
            }
          }
          for (const name of ["blue", "green"] as const) {
            const deployedNow = after.environments[name];
            const anew = now !== undefined && !sameDeployed(now.environments[name], deployedNow);
            if (anew && deployedNow !== undefined) served.delete(deployedNow.version);
          }
          for (const version of after.history) expect(served).toContain(version);
          served.add(is?.version ?? "");
          now = after;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("the wrong kind is always refused", () => {
    fc.assert(
      fc.property(arbitraryFacts, arbitraryFacts, (first, second) => {
        const before: ReleaseFacts = { ...first, history: [] };
        const after: ReleaseFacts = { ...second, history: [] };
        if (after.kind !== kindOf(before, after)) expect(checkTransition(before, after)).not.toEqual([]);
      }),
    );
  });
});

describe("what takes users' traffic, whatever the last update named live", () => {
  const sides = (live: EnvironmentName, blue?: string, green?: string): ReleaseFacts =>
    facts({
      live,
      environments: {
        ...(blue === undefined ? {} : { blue: deployed(blue) }),
        ...(green === undefined ? {} : { green: deployed(green) }),
      },
    });
  // A switch to green stopped halfway: the last update named green, blue still serves.
  const before = sides("green", "v1", "v2");

  it("is not changed, redeployed or retired", () => {
    expect(checkServing(before, sides("green", "v3", "v2"), ["blue"])).toEqual([
      expect.objectContaining({ field: "environments.blue", happened: expect.stringContaining("changed to v3") }),
    ]);
    expect(checkServing(before, sides("green", undefined, "v2"), ["blue", "green"])).toEqual([
      expect.objectContaining({ happened: expect.stringContaining("retired") }),
    ]);
    const edited = { ...before, environments: { ...before.environments, blue: deployed("v1", "another digest") } };
    expect(checkServing(before, edited, ["blue"])).toEqual([
      expect.objectContaining({ happened: expect.stringContaining("redeployed") }),
    ]);
  });

  it("may be left as it is, or switched to", () => {
    expect(checkServing(before, before, ["blue"])).toEqual([]);
    expect(checkServing(before, sides("blue", "v1", "v2"), ["blue"])).toEqual([]);
  });

  it("says nothing of a side without traffic, nor before the first deployment", () => {
    expect(checkServing(before, sides("green", "v3", "v2"), ["green"])).toEqual([]);
    expect(checkServing(before, sides("green", "v3", "v2"), [])).toEqual([]);
    expect(checkServing(undefined, sides("blue", "v1"), ["blue"])).toEqual([]);
  });
});
