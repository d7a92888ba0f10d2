import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { beforeAll, describe, expect, it } from "vitest";
import { alarmsPresent } from "../../../policies/stack-safety/alarms-present.ts";
import { policies } from "../../../policies/stack-safety/policies.ts";
import { snapshotBeforeMigration } from "../../../policies/stack-safety/snapshot-before-migration.ts";
import { thresholdsArmed } from "../../../policies/stack-safety/thresholds-armed.ts";
import { judge, judgeStack, resource } from "../../policies/judging.ts";
import type { Recorded } from "../recorded.ts";
import { database, manifest, migrated, stack } from "./shop.ts";

/** What the provider's check fills in before a policy sees the release. */
const filled = { kind: "release", history: [] };

/** Recorded resources as a policy pack sees them. */
function seen(resources: readonly Recorded[]): PolicyResource[] {
  const key = ({ type, name }: Recorded) => `${type} ${name}`;
  const all = new Map(
    resources.map((it) => {
      const inputs = it.type === "index:Release" ? { ...it.inputs, ...filled } : it.inputs;
      return [key(it), resource(it.token, inputs, { name: it.name })];
    }),
  );
  for (const it of resources) {
    Object.assign(all.get(key(it)) as object, {
      dependencies: it.after.flatMap((name) => all.get(name) ?? []),
      ...(all.has(it.parent) ? { parent: all.get(it.parent) } : {}),
    });
  }
  return [...all.values()];
}

describe("the production stack, by the policy pack stack-safety", () => {
  let resources: Recorded[];
  beforeAll(async () => {
    const manifests = { blue: manifest("v1", migrated), green: manifest("v2", migrated) };
    resources = (await stack(manifests, { aws: { database } })).resources;
  });

  const isStackPolicy = (it: object): it is StackValidationPolicy => "validateStack" in it;

  it.each(policies.map((it) => [it.name, it] as const))("breaks none of its rules: %s", (_, policy) => {
    if (isStackPolicy(policy)) {
      expect(judgeStack(policy, seen(resources))).toEqual([]);
      return;
    }
    const rule = policy as ResourceValidationPolicy;
    for (const { token, name, inputs, type } of resources) {
      const props = type === "index:Release" ? { ...inputs, ...filled } : inputs;
      expect(judge(rule, token, props), `${type} ${name}`).toEqual([]);
    }
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
