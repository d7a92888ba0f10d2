import { itemPolicy } from "../../policies/checklist/item-policy.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judge } from "../policies/judging.ts";
import { Managed } from "../provider/managed.ts";
import { version } from "./readyRelease.ts";

export const releaseType = "greenlight:index:Release";
const at = (name: string) => ({ version: name, manifestDigest: "0".repeat(64) });
const before = { live: "blue", environments: { blue: at("v1.2.2") }, services: ["api"] };

/** A Release that brings v1.2.3 into green while v1.2.2 serves, with what it carries of the checklist. */
export function carrying(green: unknown, over: object = {}): Record<string, unknown> {
  return {
    ...before,
    kind: "release",
    environments: { ...before.environments, green: at(version) },
    history: [],
    checklist: { level: "mandatory", green },
    ...over,
  };
}

/** What the provider's check of the Release says, in preview and update alike. */
export async function refusedByProvider(green: unknown, over: object = {}): Promise<string[]> {
  const release = new Managed(releaseType, "release");
  await release.create({ ...before, checklist: { level: "none" } });
  const said = await release.refusals(carrying(green, over));
  return said.map((it) => it.replace(/^checklist: /, ""));
}

/** What every policy of the pack says. */
export function refusedByPack(green: unknown, over: object = {}): string[] {
  return checklistItems.flatMap((it) => judge(itemPolicy(it, checklistItems), releaseType, carrying(green, over)));
}
