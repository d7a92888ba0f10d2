import { describe, expect, it } from "vitest";
import { nextStep, type Step, start } from "../../../release/strategy/nextStep.ts";
import type { Strategy } from "../../../release/strategy/strategy.ts";
import { Platform, walk } from "./walking.ts";

const stages = (...percents: number[]) => percents.map((percent) => ({ percent, bakeMs: 300_000 }));
const common = { minRequests: 0, patienceMs: 900_000 };
const rolling: Strategy = { ...common, name: "rolling", moves: "instances", stages: stages(10, 50, 100) };
const canary: Strategy = {
  ...common,
  name: "canary",
  moves: "weights",
  stages: stages(5, 25, 50, 100),
  minRequests: 100,
};
const blueGreen: Strategy = { ...common, name: "blue-green", moves: "weights", stages: stages(100) };

/** What a walk does, in short: `4+1` are instances of old and new, `5 %` the share of the new by weight. */
const inShort = (steps: readonly Step[]) =>
  steps.flatMap((step) =>
    step.do === "move"
      ? [`${step.to.stable}+${step.to.next} ${step.to.share} %`]
      : step.do === "bake"
        ? [`bake ${step.stage} %`]
        : step.do === "end"
          ? [step.with]
          : [],
  );

describe("blue/green", () => {
  it("makes all instances ready, then moves all traffic at once, and leaves the old ones warm", () => {
    expect(inShort(walk(blueGreen, new Platform(3)).steps)).toEqual(["3+3 0 %", "3+3 100 %", "bake 100 %", "promoted"]);
  });
});

describe("rolling", () => {
  it("goes over 10, 50 and 100 % of the traffic with the instances for it, with a bake at each", () => {
    const platform = new Platform(10);
    expect(inShort(walk(rolling, platform).steps)).toEqual([
      ...["10+0 10 %", "bake 10 %", "9+1 50 %", "bake 50 %", "5+5 100 %", "bake 100 %", "promoted"],
    ]);
    expect(platform.next).toEqual({ asked: 10, ready: 10 });
  });

  it("begins no bake while an instance of either version is not ready", () => {
    const platform = new Platform(4);
    walk(rolling, platform, start, (step) => (step.do === "bake" ? false : step.keep));
    platform.stable.ready -= 1;
    expect(nextStep(rolling, start, platform.now())).toMatchObject({ do: "wait", for: "instances" });
  });

  it("goes back to the old version's instances on a no-go, from any stage", () => {
    const platform = new Platform(4);
    const { progress } = walk(rolling, platform, start, (step) =>
      step.do === "bake" && step.stage === 50 ? false : step.keep,
    );
    expect(inShort(walk(rolling, platform, progress, undefined, "no-go").steps)).toEqual(["2+2 0 %", "undone"]);
    expect(platform.stable).toEqual({ asked: 4, ready: 4 });
  });
});

describe("canary", () => {
  it("goes over its weights with a bake at each", () => {
    expect(inShort(walk(canary, new Platform(2)).steps)).toEqual([
      "2+2 0 %",
      ...["2+2 5 %", "bake 5 %", "2+2 25 %", "bake 25 %", "2+2 50 %", "bake 50 %", "2+2 100 %", "bake 100 %"],
      "promoted",
    ]);
  });

  /** At the first stage, its bake just begun. */
  const atFirst = () => {
    const platform = new Platform(2);
    const { progress } = walk(canary, platform, start, (step) => (step.do === "bake" ? false : step.keep));
    const { keep } = nextStep(canary, progress, platform.now());
    return { platform, keep };
  };

  it("judges both versions from the time at which the stage was reached, and not before its bake is over", () => {
    const { platform, keep } = atFirst();
    platform.clock += 1000;
    expect(nextStep(canary, keep, platform.now())).toMatchObject({ do: "bake", since: 0, until: 300_000 });
  });

  it("decides nothing on too few requests, waits for more, and then asks a person", () => {
    const { platform, keep } = atFirst();
    platform.clock = 300_000;
    expect(nextStep(canary, keep, platform.now("go", 99))).toMatchObject({ do: "bake", until: 1_200_000 });
    platform.clock = 1_200_000;
    expect(nextStep(canary, keep, platform.now("go", 99))).toMatchObject({
      do: "ask",
      because: "the new version answered 99 requests of the 100 that a verdict needs",
    });
    expect(nextStep(canary, keep, platform.now("go", 100))).toMatchObject({ do: "move", to: { share: 25 } });
  });

  it("takes an undecided verdict for neither go nor no-go", () => {
    const { platform, keep } = atFirst();
    platform.clock = 1_200_000;
    expect(nextStep(canary, keep, platform.now("undecided"))).toMatchObject({ do: "ask", stage: 5 });
  });

  it("goes back at once on a no-go, in the middle of a bake", () => {
    const { platform, keep } = atFirst();
    expect(nextStep(canary, keep, platform.now("no-go"))).toMatchObject({ do: "move", to: { share: 0 } });
  });

  it("goes back while a single old instance is left to answer, and not to none", () => {
    const { platform, keep } = atFirst();
    platform.stable.ready = 1;
    expect(nextStep(canary, { ...keep, order: "abort" }, platform.now())).toMatchObject({
      do: "move",
      to: { share: 0 },
    });
    platform.stable.ready = 0;
    expect(nextStep(canary, { ...keep, order: "abort" }, platform.now())).toMatchObject({ do: "wait" });
  });

  it("stays where it is while it is paused, counts that time as bake, and goes on from there", () => {
    const { platform, keep } = atFirst();
    const paused = { ...keep, order: "pause" as const };
    platform.clock = 300_000;
    expect(nextStep(canary, paused, platform.now())).toMatchObject({ do: "wait", for: "resume", stage: 5 });
    expect(nextStep(canary, { ...paused, order: "walk" }, platform.now())).toMatchObject({ to: { share: 25 } });
    expect(nextStep(canary, paused, platform.now("no-go"))).toMatchObject({ do: "move", to: { share: 0 } });
  });

  it("is held by a pause for however long it lasts, and is judged anew when somebody resumes it", () => {
    const { platform, keep } = atFirst();
    const paused = { ...keep, order: "pause" as const };
    platform.clock = 90_000_000;
    const held = nextStep(canary, paused, platform.now("undecided", 0));
    expect(held).toMatchObject({ do: "wait", for: "resume", stage: 5 });
    platform.clock += 1_000;
    const resumed = nextStep(canary, { ...held.keep, order: "walk" }, platform.now("undecided", 0));
    expect(resumed).toMatchObject({ do: "bake", stage: 5, until: 90_000_000 + canary.patienceMs });
    platform.clock = 90_000_000 + canary.patienceMs;
    expect(nextStep(canary, resumed.keep, platform.now("undecided", 0))).toMatchObject({ do: "ask" });
  });

  it("is promoted in full by an order, without the bakes that are left, but not to instances that are not ready", () => {
    const { platform, keep } = atFirst();
    const promoted = { ...keep, order: "promote" as const };
    platform.next.ready = 1;
    expect(nextStep(canary, promoted, platform.now("undecided"))).toMatchObject({ do: "wait", for: "instances" });
    platform.next.ready = 2;
    expect(inShort(walk(canary, platform, promoted).steps)).toEqual(["2+2 100 %", "promoted"]);
  });
});
