import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { judge, judgeStack, resource } from "../policies/judging.ts";
import type { Recorded } from "./recorded.ts";

/** What the provider's check fills in before a policy sees the release. */
const filled = { kind: "release", history: [] };

/** Recorded resources as a policy pack sees them. */
export function seenByPolicies(resources: readonly Recorded[]): PolicyResource[] {
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

/** What a policy says of a stack's resources, or of the first that it says something of. */
export function breaches(
  policy: ResourceValidationPolicy | StackValidationPolicy,
  resources: readonly Recorded[],
): readonly string[] {
  if ("validateStack" in policy) return judgeStack(policy, seenByPolicies(resources));
  for (const { token, name, inputs, type } of resources) {
    const said = judge(policy, token, type === "index:Release" ? { ...inputs, ...filled } : inputs);
    if (said.length > 0) return said.map((it) => `${type} ${name}: ${it}`);
  }
  return [];
}
