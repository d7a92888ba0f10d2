import { describe, expect, it } from "vitest";
import { strategyOf, strategySettings } from "../../project/strategySettings.ts";

describe("the settings of a strategy", () => {
  it("are blue/green when nothing is said", () => {
    expect(strategyOf(strategySettings.parse({}), 60_000)).toMatchObject({
      name: "blue-green",
      moves: "weights",
      stages: [{ percent: 100, bakeMs: 60_000 }],
    });
  });

  it("watch each stage of a canary for its bake, and the last as long as any release", () => {
    const settings = strategySettings.parse({ kind: "canary", canary: { stages: [10, 100], bake: "2m" } });
    expect(strategyOf(settings, 60_000).stages).toEqual([
      { percent: 10, bakeMs: 120_000 },
      { percent: 100, bakeMs: 60_000 },
    ]);
  });

  it.each([[[]], [[10, 50]], [[50, 10, 100]], [[10, 10, 100]], [[0, 100]], [[10.5, 100]], [[10, 101]]])(
    "refuse stages %j, with what was expected",
    (stages) => {
      const { success, error } = strategySettings.safeParse({ kind: "canary", canary: { stages } });
      expect(success).toBe(false);
      expect(error?.issues[0]?.message).toBe("rising percentages that end with 100, such as [5, 25, 50, 100]");
    },
  );

  it("have a rolling release move instances, over stages of its own", () => {
    expect(strategyOf(strategySettings.parse({ kind: "rolling" }), 60_000)).toMatchObject({
      name: "rolling",
      moves: "instances",
      stages: [{ percent: 10 }, { percent: 50 }, { percent: 100, bakeMs: 60_000 }],
    });
  });

  it.each([["0%"], ["101%"], [0], [21], ["3"]])("refuse a surge of %j, with what was expected", (surge) => {
    const { error } = strategySettings.safeParse({ rolling: { surge } });
    expect(error?.issues[0]?.message).toBe(
      "a number of instances from 1 to 20, or a share of those wanted such as 25%",
    );
  });

  it("do not take a strategy that there is not", () => {
    const { error } = strategySettings.safeParse({ kind: "recreate" });
    expect(error?.issues[0]?.message).toBe("blue-green, rolling or canary");
  });
});
