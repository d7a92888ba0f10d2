import type { ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import type { ChecklistItem, ItemId } from "../../release/checklist/item.ts";
import { refusalText } from "../../release/checklist/judge.ts";
import { releaseType } from "../inputs/release-facts.ts";
import { verdictsOf } from "./verdicts.ts";

const config = z.object({ allowOverride: z.boolean().default(true) });

/** A policy's name may have no slash: `tests/unit` is `tests-unit`. Also the anchor of its part of docs/checklist.md. */
export function policyName(id: ItemId): string {
  return id.replace("/", "-");
}

/**
 * One item of the checklist as a policy: it judges the facts that the Release carries with the clock of its own, and says what
 * everybody else says of the item.
 *
 * @param items the whole checklist: items rest on others
 */
export function itemPolicy(it: ChecklistItem, items: readonly ChecklistItem[]): ResourceValidationPolicy {
  return {
    name: policyName(it.id),
    displayName: it.title,
    description: it.rule,
    enforcementLevel: "mandatory",
    severity: it.severity,
    remediationSteps: it.mend,
    url: `docs/checklist.md#${policyName(it.id)}`,
    tags: ["checklist", it.group, it.when],
    framework: {
      name: "Greenlight's pre-deployment checklist",
      version: "1",
      reference: it.id,
      specification: it.title,
    },
    ...(it.unoverridable
      ? {}
      : {
          configSchema: {
            properties: {
              allowOverride: {
                type: "boolean",
                default: true,
                description: "Whether an override in the manifest sets the item aside for this pack too.",
              },
            },
          },
        }),
    validateResource({ type, props, getConfig }, reportViolation) {
      if (type !== releaseType) return;
      const { allowOverride } = config.parse(getConfig());
      for (const verdict of verdictsOf(items, it, props, new Date())) {
        if (verdict.verdict !== "fail") continue;
        if (verdict.override === undefined) reportViolation(refusalText(verdict));
        else if (!allowOverride) {
          reportViolation(
            refusalText({
              ...verdict,
              reason: `${verdict.reason}; its override by ${verdict.override.by} is not taken by this pack`,
            }),
          );
        }
      }
    },
  };
}
