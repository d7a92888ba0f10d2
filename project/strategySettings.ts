import { z } from "zod";
import type { Strategy } from "../release/strategy/strategy.ts";
import { strategyFaults } from "../release/strategy/strategy.ts";
import { duration, group, whole } from "./settingKinds.ts";

const names = ["blue-green", "canary"] as const;
const stagesExpected = "rising percentages that end with 100, such as [5, 25, 50, 100]";

const stages = (...fallback: number[]) =>
  z
    .array(z.number(stagesExpected).int(stagesExpected).min(1, stagesExpected).max(100, stagesExpected), stagesExpected)
    .min(1, stagesExpected)
    .max(20, stagesExpected)
    .refine((all) => all.at(-1) === 100 && all.every((it, at) => it > (all[at - 1] ?? 0)), stagesExpected)
    .meta({ expected: stagesExpected })
    .default(fallback);

/** How users come to a new version; the group `greenlight:strategy`. */
export const strategySettings = group(
  {
    kind: z
      .enum(names, "blue-green or canary")
      .meta({ expected: "blue-green or canary" })
      .default("blue-green")
      .describe("How users come to a new version with `greenlight release`: all at once, or a share at a time."),
    canary: group(
      {
        stages: stages(5, 25, 50, 100).describe("Percent of users' requests at which it stops and is judged."),
        bake: duration("5m").describe("How long each stage but the last is watched; that one is by `watch.for`."),
        minRequests: whole(0, 1_000_000)
          .default(100)
          .describe("Requests that the new version must have answered at a stage before it goes on."),
        sticky: duration("0s").describe(
          "How long a user stays with the version that answered first, while traffic is shared; on the platform aws. A switch and a way back end it at once; 0s is not at all.",
        ),
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

/** How long a canary's stages before the last are watched, together; 0 for blue/green. Milliseconds. */
export function bakesOf({ kind, canary }: StrategySettings): number {
  return kind === "canary" ? canary.bake * canary.stages.filter((percent) => percent < 100).length : 0;
}

/**
 * What the settings of a stack make of a release.
 *
 * @param watchMs how long all traffic on the new version is watched, ms
 * @throws Error for stages or limits that no settings can give
 */
export function strategyOf({ kind, canary, patience }: StrategySettings, watchMs: number): Strategy {
  const common = { name: kind, patienceMs: patience, moves: "weights", surge: 1 } as const;
  const made: Strategy =
    kind === "canary"
      ? {
          ...common,
          stages: canary.stages.map((percent) => ({ percent, bakeMs: percent === 100 ? watchMs : canary.bake })),
          minRequests: canary.minRequests,
        }
      : { ...common, stages: [{ percent: 100, bakeMs: watchMs }], minRequests: 0 };
  const faults = strategyFaults(made);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return made;
}
