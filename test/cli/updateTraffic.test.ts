import { describe, expect, it } from "vitest";
import type { Context } from "../../cli/context.ts";
import type { Engine } from "../../cli/engine/engine.ts";
import type { Platform, Serving } from "../../cli/platform/platform.ts";
import { updateTraffic } from "../../cli/switch/updateTraffic.ts";
import { type EnvironmentName, servesAll, type Weights } from "../../release/environment.ts";
import type { Standing } from "../../release/strategy/rolling.ts";
import { Told } from "./told.ts";

const byWeights = (blue: number): Pick<Serving, "weights"> => ({ weights: { api: { blue, green: 100 - blue } } });
const byInstances = (blue: number, green: number): Pick<Serving, "weights" | "instances"> => ({
  ...byWeights(Math.round((100 * blue) / (blue + green))),
  instances: { api: { blue, green } },
});

/** What the settings say after an update of traffic. @param serves what is read back @param fails whether the update does */
async function settingsAfter(it: {
  readonly before: Standing;
  readonly asked: Standing;
  readonly serves: Pick<Serving, "weights" | "instances">;
  readonly fails: boolean;
}): Promise<Standing & { readonly ended: boolean }> {
  let standing = it.before;
  const context = {
    projectName: "shop",
    settings: () => standing,
    stackFile: {
      set: (to: Record<string, string | undefined>) => {
        const [live, share, room] = ["live", "share", "room"].map((key) => to[`shop:${key}`]);
        standing = {
          live: live as EnvironmentName,
          share: Number(share ?? 0),
          ...(room === undefined ? {} : { room: Number(room) }),
        };
      },
    },
  } as unknown as Context;
  const engine = {
    up: async () => {
      if (it.fails) throw new Error("refused");
    },
  } as unknown as Engine;
  const { weights, instances } = it.serves;
  const environment = instances === undefined ? servesAll(weights.api as Weights) : undefined;
  const platform = {
    name: "kubernetes",
    services: ["api"],
    serving: async () => ({ readAt: new Date(0), environment, ...it.serves }),
    running: async () => ({ blue: ["v1"], green: ["v2"] }),
  } as unknown as Platform;
  const ended = await updateTraffic({ context, platform, engine, reporter: new Told() }, it.asked).then(
    () => true,
    () => false,
  );
  return { ...standing, ended };
}

const at = (share: number, room?: number): Standing => ({
  live: "blue",
  share,
  ...(room === undefined ? {} : { room }),
});
const switched: Standing = { live: "green", share: 0, room: 50 };

describe("the settings after an update of traffic", () => {
  it.each([
    ["weights that are what was asked", at(25, 10), byWeights(75)],
    ["instances that share, whatever they make of it", at(25, 10), byInstances(4, 1)],
    ["one side alone after the switch", switched, byWeights(0)],
  ])("say what was asked, with %s", async (_, asked, serves) => {
    expect(await settingsAfter({ before: at(10, 25), asked, serves, fails: false })).toEqual({ ...asked, ended: true });
  });

  it.each([
    ["where the share was given all the same", at(10, 25), at(25, 10), byWeights(75), at(25, 10)],
    ["where it was not", at(10, 25), at(25, 10), byWeights(90), at(10, 25)],
    [
      "where instances share as before: one share is not told from another",
      at(10, 25),
      at(25, 10),
      byInstances(4, 1),
      at(10, 25),
    ],
    ["where instances share that did not before", at(0, 10), at(10, 0), byInstances(4, 1), at(10, 0)],
    ["where instances go on to share in spite of a switch", at(50, 100), switched, byInstances(1, 2), at(50, 100)],
    ["where a switch was made all the same", at(50, 100), switched, byWeights(0), switched],
  ])("say what serves when it failed, %s", async (_, before, asked, serves, expected) => {
    expect(await settingsAfter({ before, asked, serves, fails: true })).toEqual({ ...expected, ended: false });
  });

  it("end it as not done, where both sides go on to share in spite of a switch", async () => {
    const after = await settingsAfter({
      before: at(50, 100),
      asked: switched,
      serves: byInstances(1, 2),
      fails: false,
    });
    expect(after.ended).toBe(false);
  });
});
