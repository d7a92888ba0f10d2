import { z } from "zod";
import { type Strategy, strategyFaults } from "../release/strategy/strategy.ts";
import { duration, group, whole } from "./settingKinds.ts";

const names = ["blue-green", "rolling", "canary"] as const;
const namesExpected = "blue-green, rolling or canary";
const stagesExpected = "rising percentages that end with 100, such as [5, 25, 50, 100]";

const surgeExpected = "a number of instances from 1 to 20, or a share of those wanted such as 25%";

const bake = () => duration("5m").describe("How long each stage but the last is watched; that one is by `watch.for`.");
const minRequests = () =>
  whole(0, 1_000_000)
    .default(100)
    .describe("Requests that the new version must have answered at a stage before it goes on.");

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
      .enum(names, namesExpected)
      .meta({ expected: namesExpected })
      .default("blue-green")
      .describe("How users come to a new version with `greenlight release`: all at once, or a share at a time."),
    canary: group(
      {
        stages: stages(5, 25, 50, 100).describe("Percent of users' requests at which it stops and is judged."),
        bake: bake(),
        minRequests: minRequests(),
        sticky: duration("0s").describe(
          "How long a user stays with the version that answered first, while traffic is shared; on kubernetes where a Gateway shares it. A switch and a way back end it at once; 0s is not at all.",
        ),
      },
      "{ stages: [5, 25, 50, 100], bake: 5m }",
    )
      .prefault({})
      .describe("What `canary` does."),
    rolling: group(
      {
        stages: stages(10, 50, 100).describe(
          "Percent of users' requests, and of the instances, at which it stops and is judged.",
        ),
        bake: bake(),
        minRequests: minRequests(),
        surge: z
          .union(
            [
              z.number(surgeExpected).int(surgeExpected).min(1, surgeExpected).max(20, surgeExpected),
              z.string(surgeExpected).regex(/^([1-9]\d?|100)%$/, surgeExpected),
            ],
            surgeExpected,
          )
          .meta({ expected: surgeExpected })
          .default("25%")
          .describe("Instances of a service that may run beyond those wanted while it moves; a share is rounded up."),
      },
      "{ stages: [10, 50, 100], bake: 5m }",
    )
      .prefault({})
      .describe("What `rolling` does."),
    patience: duration("15m").describe(
      "How long beyond its bake a stage, or an update with `bake`, waits for a verdict; then a person is asked, and nothing moves.",
    ),
  },
  "{ kind: canary, canary: { stages: [5, 25, 50, 100] } }",
);

export type StrategySettings = z.infer<typeof strategySettings>;

/** What a release goes through before the switch; undefined where there is nothing before it. */
export function sharesOf(
  strategy: StrategySettings,
): { readonly name: "rolling" | "canary"; readonly percents: readonly number[]; readonly bakeMs: number } | undefined {
  const { kind } = strategy;
  if (kind === "blue-green") return undefined;
  const { stages, bake } = strategy[kind];
  return { name: kind, percents: stages.filter((percent) => percent < 100), bakeMs: bake };
}

/** How long the stages before the last are watched, together; 0 for blue/green. Milliseconds. */
export function bakesOf(strategy: StrategySettings): number {
  const shares = sharesOf(strategy);
  return shares === undefined ? 0 : shares.bakeMs * shares.percents.length;
}

/**
 * What the settings of a stack make of a release.
 *
 * @param watchMs how long all traffic on the new version is watched, ms
 * @throws Error for stages or limits that no settings can give
 */
export function strategyOf(strategy: StrategySettings, watchMs: number): Strategy {
  const { kind, patience } = strategy;
  const common = { name: kind, patienceMs: patience, moves: kind === "rolling" ? "instances" : "weights" } as const;
  const made: Strategy =
    kind === "blue-green"
      ? { ...common, stages: [{ percent: 100, bakeMs: watchMs }], minRequests: 0 }
      : {
          ...common,
          stages: strategy[kind].stages.map((percent) => ({
            percent,
            bakeMs: percent === 100 ? watchMs : strategy[kind].bake,
          })),
          minRequests: strategy[kind].minRequests,
        };
  const faults = strategyFaults(made);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return made;
}
