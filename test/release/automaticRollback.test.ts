import { describe, expect, it } from "vitest";
import {
  type Armed,
  type ArmingFacts,
  armingFor,
  bakeBegins,
  standDown,
} from "../../release/automaticRollback/arming.ts";
import { isDue, type ServiceNow, wayBack } from "../../release/automaticRollback/decision.ts";
import { rollbackNotice } from "../../release/automaticRollback/notice.ts";
import { type PagesOutcome, pagesBack } from "../../release/automaticRollback/pages.ts";

const blue = { blue: 100, green: 0 };
const green = { blue: 0, green: 100 };

const armed: Armed = {
  armed: true,
  version: "v2",
  leaves: "green",
  returnsTo: "blue",
  returnsToVersion: "v1",
  alarm: "shop-green-no-go",
  forMs: 60_000,
  switched: false,
};

const facts = (over: Partial<ArmingFacts> = {}): ArmingFacts => ({
  kind: "switch",
  live: "green",
  weights: green,
  versions: { blue: "v1", green: "v2" },
  serving: [blue, blue],
  alarms: { blue: "shop-blue-no-go", green: "shop-green-no-go" },
  forMs: 60_000,
  go: undefined,
  recorded: { armed: false, why: "nothing served before" },
  ...over,
});

describe("what a switch records", () => {
  it("is where traffic came from, and the alarm of where it goes", () => {
    expect(armingFor(facts())).toEqual(armed);
  });

  it("is nothing to go back to, the first time", () => {
    const first = facts({
      kind: "release",
      serving: [undefined, undefined],
      versions: { green: "v2" },
      recorded: undefined,
    });
    expect(armingFor(first)).toEqual({ armed: false, why: "nothing served before" });
  });

  it("is the same when the update is run again before, between and after the rules", () => {
    expect(armingFor(facts({ recorded: armed }))).toEqual(armed);
    expect(armingFor(facts({ recorded: armed, serving: [green, blue] }))).toEqual(armed);
    const begun = { ...armed, switched: true, since: 1 };
    expect(armingFor(facts({ recorded: begun, serving: [green, green], kind: "none" }))).toEqual(begun);
  });

  it("looks past a service that has no rule yet", () => {
    expect(armingFor(facts({ serving: [blue, undefined] }))).toEqual(armed);
  });

  it.each<[string, Partial<ArmingFacts>, string]>([
    ["a rollback: it never arms the way to what it left", { kind: "rollback" }, "v2 was rolled back to"],
    ["the version's go", { go: "v2", recorded: armed, serving: [green, green] }, "v2 has its go"],
    ["a go that was there before the switch", { go: "v2" }, "v2 has its go"],
    [
      "traffic that was shared",
      { serving: [blue, { blue: 30, green: 70 }] },
      "traffic was shared before this, so there is no one environment to go back to",
    ],
    ["a side without a version", { versions: { blue: "v1" } }, "green has no version"],
    [
      "a way back that is retired",
      { recorded: armed, serving: [green, green], versions: { green: "v2" } },
      "v1 is not in blue any more",
    ],
    ["no switch at all", { recorded: undefined, serving: [green, green], kind: "none" }, "v2 serves already"],
  ])("is disarmed by %s", (_, over, why) => {
    expect(armingFor(facts(over))).toMatchObject({ armed: false, why });
  });

  it("is armed when what was rolled back is tried once more, though it was live before", () => {
    const back = armingFor(
      facts({
        kind: "rollback",
        live: "blue",
        weights: blue,
        serving: [green, green],
        recorded: { ...armed, switched: true },
      }),
    );
    expect(back).toEqual({ armed: false, why: "v1 was rolled back to", last: "v2" });
    expect(armingFor(facts({ kind: "rollback", recorded: back }))).toEqual(armed);
  });

  it("does not take the go of another version for its own", () => {
    expect(armingFor(facts({ go: "v1" }))).toEqual(armed);
  });

  it("leaves a record alone that has nothing to do with the update", () => {
    const recorded = { armed: false, why: "v2 has its go" } as const;
    expect(armingFor(facts({ kind: "none", serving: [green, green], recorded }))).toBe(recorded);
  });
});

describe("what a canary records", () => {
  const tenth = { blue: 90, green: 10 };
  const half = { blue: 50, green: 50 };
  const share = (weights: typeof half, over: Partial<ArmingFacts> = {}) =>
    armingFor(facts({ kind: "canary", live: "blue", weights, ...over }));
  const first: Armed = { ...armed, weights: [tenth] };

  it("is the way back from its first share", () => {
    expect(share(tenth)).toEqual(first);
  });

  it("is the way back from every further share, and from all of it, whichever rules have moved by then", () => {
    const second = share(half, { kind: "promotion", serving: [tenth, tenth], recorded: { ...first, switched: true } });
    expect(second).toEqual({ ...armed, weights: [tenth, half] });
    const again = share(half, { kind: "promotion", serving: [half, tenth], recorded: second });
    expect(again).toEqual(second);
    const all = facts({ kind: "promotion", serving: [half, half], recorded: { ...armed, weights: [tenth, half] } });
    expect(armingFor(all)).toEqual({ ...armed, weights: [half, green] });
  });

  it("is still the way back when it is given less", () => {
    const recorded = { ...armed, weights: [half] };
    expect(share(tenth, { kind: "rollback", serving: [half, half], recorded })).toEqual({
      ...armed,
      weights: [half, tenth],
    });
  });

  it("is disarmed when everything went back", () => {
    const back = armingFor(
      facts({ kind: "rollback", live: "blue", weights: blue, serving: [tenth, tenth], recorded: first }),
    );
    expect(back).toEqual({ armed: false, why: "v1 was rolled back to", last: "v2" });
  });

  it("is armed anew when its share is given again after traffic had gone back", () => {
    expect(share(tenth, { serving: [blue, tenth], recorded: { ...first, switched: true, since: 1 } })).toEqual({
      ...first,
      switched: true,
      since: 1,
    });
    expect(share(tenth, { serving: [blue, blue], recorded: { ...first, switched: true, since: 1 } })).toEqual(first);
  });

  it("is nothing where somebody else had shared traffic before", () => {
    expect(
      share(half, { kind: "promotion", serving: [tenth, { blue: 70, green: 30 }], recorded: first }),
    ).toMatchObject({
      armed: false,
      why: "traffic was shared before this, so there is no one environment to go back to",
    });
  });
});

describe("the bake", () => {
  it("begins when traffic was read to be there, and keeps when it was armed: an alarm since then counts", () => {
    const begun = bakeBegins(armed, 1_000);
    expect(begun).toEqual({ ...armed, switched: true, since: 1_000 });
    expect(
      isDue(begun && { arming: begun, at: 9_000 }, { name: armed.alarm, state: "ALARM", at: 5_000 }, 9_500),
    ).toMatchObject({ due: true });
  });

  it("begins once: a later reading does not make it longer", () => {
    expect(bakeBegins({ ...armed, switched: true, since: 1 }, 5)).toBeUndefined();
    expect(bakeBegins({ armed: false, why: "" }, 5)).toBeUndefined();
    expect(bakeBegins(undefined, 5)).toBeUndefined();
  });

  it("ends when the environment to go back to takes another version", () => {
    expect(standDown(armed, "blue", "v3")).toEqual({ armed: false, why: "blue takes v3 in place of v1", last: "v2" });
    expect(standDown(armed, "blue", "v1")).toBeUndefined();
    expect(standDown(armed, "green", "v3")).toBeUndefined();
    expect(standDown({ armed: false, why: "" }, "blue", "v3")).toBeUndefined();
    expect(standDown(undefined, "blue", "v3")).toBeUndefined();
  });

  it("is taken back before the side that traffic would go back to is stopped", () => {
    expect(standDown(armed, "blue", "v1", true)).toEqual({ armed: false, why: "blue v1 is stopped", last: "v2" });
    expect(standDown(armed, "green", "v2", true)).toBeUndefined();
  });
});

describe("an alarm", () => {
  const alarm = { name: "shop-green-no-go", state: "ALARM", at: 2_000 };
  const read = { arming: armed, at: 1_000 };

  it("counts when it is the switch's own, after the switch and in the bake", () => {
    expect(isDue(read, alarm, 2_500)).toEqual({ due: true, arming: armed });
    expect(isDue(read, { ...alarm, at: 1_000 }, 60_999)).toMatchObject({ due: true });
  });

  it.each([
    ["is over", read, { ...alarm, state: "OK" }, 2_500, "shop-green-no-go is OK"],
    [
      "is the other side's",
      read,
      { ...alarm, name: "shop-blue-no-go" },
      2_500,
      "shop-blue-no-go is not the alarm of v2",
    ],
    ["fired before the switch", read, { ...alarm, at: 999 }, 2_500, "shop-green-no-go fired before the switch to v2"],
    ["has no time", read, { ...alarm, at: Number.NaN }, 2_500, "shop-green-no-go fired before the switch to v2"],
    ["comes after the bake", read, alarm, 61_000, "the bake of v2 is over"],
    [
      "finds it disarmed",
      { arming: { armed: false, why: "v2 has its go" }, at: 1 } as const,
      alarm,
      2_500,
      "it is disarmed: v2 has its go",
    ],
  ])("that %s moves nothing", (_, record, it, now, why) => {
    expect(isDue(record, it, now)).toEqual({ due: false, why, tell: false });
  });

  it("without a record moves nothing, and that is told: somebody may count on it", () => {
    expect(isDue(undefined, alarm, 2_500)).toEqual({
      due: false,
      why: "there is no record of what was switched",
      tell: true,
    });
  });
});

describe("the way back", () => {
  const service = (name: string, weights: ServiceNow["weights"], healthy = 2): ServiceNow => ({
    service: name,
    weights,
    healthy,
  });

  it("is every service's that the switch moved", () => {
    expect(wayBack(armed, [service("api", green), service("web", green)])).toEqual({
      deed: "move",
      services: ["api", "web"],
    });
  });

  it("goes on where another left off: the command, or an earlier call", () => {
    expect(wayBack(armed, [service("api", blue, 0), service("web", green)])).toEqual({
      deed: "move",
      services: ["web"],
    });
    expect(wayBack(armed, [service("api", blue), service("web", blue)])).toEqual({
      deed: "none",
      why: "blue serves already",
    });
  });

  it("is one of a canary from any share that the update found or makes, and from no other", () => {
    const [tenth, half] = [
      { blue: 90, green: 10 },
      { blue: 50, green: 50 },
    ];
    const shared: Armed = { ...armed, weights: [tenth, half] };
    expect(wayBack(shared, [service("api", half), service("web", tenth)])).toEqual({
      deed: "move",
      services: ["api", "web"],
    });
    expect(wayBack(shared, [service("api", blue), service("web", tenth)])).toEqual({
      deed: "move",
      services: ["web"],
    });
    expect(wayBack(shared, [service("api", half), service("web", { blue: 70, green: 30 })])).toMatchObject({
      deed: "refuse",
    });
    expect(wayBack(shared, [service("api", half), service("web", green)])).toMatchObject({ deed: "refuse" });
  });

  it.each([
    [
      "somebody moved one of them",
      [service("api", green), service("web", { blue: 50, green: 50 })],
      "somebody else moved traffic after the switch: web is served blue 50 %, green 50 %",
    ],
    [
      "a rule is gone",
      [service("api", green), service("web", undefined)],
      "somebody else moved traffic after the switch: no rule forwards to web",
    ],
    [
      "the side to go back to has no healthy target",
      [service("api", green, 0), service("web", green)],
      "blue has no healthy target for api",
    ],
    ["there is nothing to move", [], "there is no service to move"],
  ])("is refused for all when %s", (_, services, why) => {
    expect(wayBack(armed, services)).toEqual({ deed: "refuse", why });
  });
});

describe("the way back of pages", () => {
  it("is from those that were switched to, to those of what served before", () => {
    expect(pagesBack(armed, "v2")).toEqual({ deed: "move" });
  });

  it.each([
    ["are back already, or a canary's share left them", "v1", { deed: "none", why: "pages are those of v1 already" }],
    ["are none yet", undefined, { deed: "none", why: "no pages were switched to yet" }],
    [
      "were set by somebody else",
      "v0",
      { deed: "refuse", why: "somebody else set them after the switch: they are those of v0" },
    ],
  ])("is none where they %s", (_, served, wanted) => {
    expect(pagesBack(armed, served)).toEqual(wanted);
  });
});

describe("what people are told", () => {
  const notice = (outcome: Parameters<typeof rollbackNotice>[0]["outcome"], arming: Armed | undefined = armed) =>
    rollbackNotice({ stack: "shop", alarm: "shop-green-no-go", arming, outcome });

  it("says what serves now and how the stack is brought in line", () => {
    const { subject, message } = notice({ deed: "moved", services: ["api", "web"] });
    expect(subject).toBe("shop: traffic went back to blue v1");
    expect(message).toContain(
      "shop-green-no-go fired while green v2 was in its bake, and traffic went back to blue v1 by itself.",
    );
    expect(message).toContain("Read back: api, web served by blue 100 %.");
    expect(message).toContain("pulumi config set greenlight:live blue && pulumi up");
  });

  it("says that nothing was moved, why, and what a person can do", () => {
    const { subject, message } = notice({ deed: "refused", why: "blue has no healthy target for api" });
    expect(subject).toBe("shop: traffic did NOT go back");
    expect(message).toContain("blue has no healthy target for api.\nTraffic is as it was.");
    expect(
      rollbackNotice({
        stack: "shop",
        alarm: "a",
        arming: undefined,
        outcome: { deed: "refused", why: "there is no record of what was switched" },
      }).message,
    ).toContain("docs/aws.md");
  });

  it("says how far a failure got", () => {
    expect(notice({ deed: "failed", why: "Rate exceeded", moved: ["api"] }).message).toContain(
      "Changed so far: api; not read back.",
    );
    expect(notice({ deed: "failed", why: "Rate exceeded", moved: [] }).message).toContain("No rule was changed.");
  });

  it("says of pages whether they went with the services", () => {
    const moved = (pages: PagesOutcome) => notice({ deed: "moved", services: ["api"], pages });
    expect(moved({ deed: "moved", version: "v1" })).toMatchObject({
      subject: "shop: traffic went back to blue v1",
      message: expect.stringContaining(
        "Pages: those of v1, read back from the store; the edges follow within seconds.",
      ),
    });
    expect(moved({ deed: "none", why: "no pages were switched to yet" }).subject).toBe(
      "shop: traffic went back to blue v1",
    );
    expect(moved({ deed: "failed", why: "Rate exceeded" })).toMatchObject({
      subject: "shop: traffic went back to blue v1, the pages did NOT",
      message: expect.stringContaining("Pages did not go back: Rate exceeded. It is tried again twice within minutes"),
    });
    expect(notice({ deed: "followed", pages: { deed: "moved", version: "v1" } }).subject).toBe(
      "shop: the pages went back to v1",
    );
    expect(notice({ deed: "followed", pages: { deed: "failed", why: "Rate exceeded" } }).subject).toBe(
      "shop: the pages did NOT go back to v1",
    );
  });

  it("has a subject that SNS takes", () => {
    const { subject } = rollbackNotice({
      stack: "ü".repeat(120),
      alarm: "a",
      arming: armed,
      outcome: { deed: "moved", services: [] },
    });
    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});
