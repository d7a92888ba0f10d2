import { describe, expect, it } from "vitest";
import { strategyOf, strategySettings } from "../../project/strategySettings.ts";
import { strategyFaults } from "../../release/strategy/strategy.ts";

describe("the settings of a strategy", () => {
  it("are blue/green when nothing is said", () => {
    expect(strategyOf(strategySettings.parse({}), 60_000)).toMatchObject({
      name: "blue-green",
      moves: "weights",
      stages: [{ percent: 100, bakeMs: 60_000 }],
    });
  });

  it("are the seed's 10, 50 and 100 % for rolling", () => {
    const { stages, moves } = strategyOf(strategySettings.parse({ kind: "rolling" }), 0);
    expect(moves).toBe("instances");
    expect(stages.map(({ percent }) => percent)).toEqual([10, 50, 100]);
  });

  it.each([[[]], [[10, 50]], [[50, 10, 100]], [[10, 10, 100]], [[0, 100]], [[10.5, 100]], [[10, 101]]])(
    "refuse stages %j, with what was expected",
    (stages) => {
      const { success, error } = strategySettings.safeParse({ kind: "canary", canary: { stages } });
      expect(success).toBe(false);
      expect(error?.issues[0]?.message).toBe("rising percentages that end with 100, such as [10, 50, 100]");
    },
  );

  it("refuse a surge of none: an instance that serves would have to go first", () => {
    expect(strategySettings.safeParse({ rolling: { surge: 0 } }).success).toBe(false);
    const rolling = strategyOf(strategySettings.parse({ kind: "rolling" }), 0);
    expect(strategyFaults({ ...rolling, surge: 0 })).toHaveLength(1);
  });
});
