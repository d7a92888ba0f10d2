import { z } from "zod";
import { type Strategy, strategyFaults } from "../release/strategy/strategy.ts";
import { duration, flag, group, text, whole } from "./settingKinds.ts";

const names = ["blue-green", "rolling", "canary"] as const;
const stagesExpected = "rising percentages that end with 100, such as [10, 50, 100]";

const stages = (...fallback: number[]) =>
  z
    .array(z.number(stagesExpected).int(stagesExpected).min(1, stagesExpected).max(100, stagesExpected), stagesExpected)
    .min(1, stagesExpected)
    .max(20, stagesExpected)
    .refine((all) => all.at(-1) === 100 && all.every((it, at) => it > (all[at - 1] ?? 0)), stagesExpected)
    .meta({ expected: stagesExpected })
    .default(fallback);

const headerExpected = "a header's name, such as x-canary";

/** How users come to a new version; the group `greenlight:strategy`. */
export const strategySettings = group(
  {
    kind: z
      .enum(names, "blue-green, rolling or canary")
      .meta({ expected: "blue-green, rolling or canary" })
      .default("blue-green")
      .describe(
        "How users come to a new version: all at once, instance by instance, or a share of requests at a time.",
      ),
    rolling: group(
      {
        stages: stages(10, 50, 100).describe("Percent of a service's instances at which it stops and is judged."),
        surge: whole(1, 100)
          .default(1)
          .describe("Instances beyond those wanted that may run while one version replaces the other."),
        bake: duration("5m").describe("How long each stage is watched before it is judged."),
      },
      "{ stages: [10, 50, 100], surge: 1, bake: 5m }",
    )
      .prefault({})
      .describe("What `rolling` does."),
    canary: group(
      {
        stages: stages(5, 25, 50, 100).describe("Percent of users' requests at which it stops and is judged."),
        bake: duration("5m").describe("How long each stage is watched before it is judged."),
        minRequests: whole(0, 1_000_000)
          .default(100)
          .describe("Requests that the new version must have answered at a stage before anything is decided there."),
        sticky: flag().default(false).describe("Whether a user stays with the version that answered first."),
        testers: group(
          {
            header: text(headerExpected, /^[A-Za-z][A-Za-z0-9-]{0,63}$/).describe(
              "Requests with this header, whatever it says, reach the new version.",
            ),
          },
          "{ header: x-canary }",
        )
          .optional()
          .describe("Who reaches the new version before everybody else. Left out, nobody."),
      },
      "{ stages: [5, 25, 50, 100], bake: 5m }",
    )
      .prefault({})
      .describe("What `canary` does."),
    patience: duration("15m").describe(
      "How long beyond its bake a stage waits for a verdict; then a person is asked, and nothing moves.",
    ),
  },
  "{ kind: canary, canary: { stages: [5, 25, 50, 100] } }",
);

export type StrategySettings = z.infer<typeof strategySettings>;

/**
 * What the settings of a stack make of a release.
 *
 * @param bakeMs how long all traffic on the new version is watched with blue/green, ms
 * @throws Error for stages or limits that no settings can give
 */
export function strategyOf({ kind, rolling, canary, patience }: StrategySettings, bakeMs: number): Strategy {
  const common = { name: kind, patienceMs: patience };
  const staged = (percents: readonly number[], bake: number) => percents.map((percent) => ({ percent, bakeMs: bake }));
  const made: Strategy =
    kind === "rolling"
      ? {
          ...common,
          moves: "instances",
          stages: staged(rolling.stages, rolling.bake),
          surge: rolling.surge,
          minRequests: 0,
        }
      : kind === "canary"
        ? {
            ...common,
            moves: "weights",
            stages: staged(canary.stages, canary.bake),
            surge: 1,
            minRequests: canary.minRequests,
          }
        : { ...common, moves: "weights", stages: [{ percent: 100, bakeMs }], surge: 1, minRequests: 0 };
  const faults = strategyFaults(made);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return made;
}
