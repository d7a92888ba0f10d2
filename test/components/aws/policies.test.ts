import { beforeAll, describe, expect, it } from "vitest";
import { alarmsPresent } from "../../../policies/stack-safety/alarms-present.ts";
import { policies } from "../../../policies/stack-safety/policies.ts";
import { snapshotBeforeMigration } from "../../../policies/stack-safety/snapshot-before-migration.ts";
import { thresholdsArmed } from "../../../policies/stack-safety/thresholds-armed.ts";
import { judgeStack } from "../../policies/judging.ts";
import type { Recorded } from "../recorded.ts";
import { breaches, seenByPolicies as seen } from "../seenByPolicies.ts";
import { database, manifest, migrated, stack } from "./shop.ts";

describe("the production stack, by the policy pack stack-safety", () => {
  let resources: Recorded[];
  beforeAll(async () => {
    const manifests = { blue: manifest("v1", migrated), green: manifest("v2", migrated) };
    resources = (await stack(manifests, { aws: { database } })).resources;
  });

  it.each(policies.map((it) => [it.name, it] as const))("breaks none of its rules: %s", (_, policy) => {
    expect(breaches(policy, resources)).toEqual([]);
  });

  it("would break them without its alarms, or with a migration that waits for no snapshot", () => {
    const without = (pattern: RegExp) => seen(resources.filter(({ type }) => !pattern.test(type)));
    expect(judgeStack(thresholdsArmed, without(/ReleaseAlarms/))).toEqual([
      expect.stringContaining("No alarm would ever fire for api, web"),
    ]);
    expect(judgeStack(alarmsPresent, without(/MetricAlarm/))).toHaveLength(4);
    expect(judgeStack(snapshotBeforeMigration, without(/DatabaseSnapshot/))).toHaveLength(2);
  });
});
