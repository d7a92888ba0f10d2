import type { ResourceValidationPolicy } from "@pulumi/policy";
import { runtime } from "@pulumi/pulumi";
import { z } from "zod";
import { type ChecklistLevel, checklistLevels } from "../../release/checklist/facts.ts";
import { judgedEnvironments } from "../../release/checklist/judged.ts";
import { checklistRefusals } from "../../release/checklist/refusals.ts";
import { carriedChecklist } from "../inputs/carried-checklist.ts";
import { releaseFacts, releaseType } from "../inputs/release-facts.ts";

const config = z.object({ allowLevel: z.enum(checklistLevels) });
/** The strictest first. */
const laxness = (level: ChecklistLevel) => checklistLevels.indexOf(level);

export const checklistEnforced: ResourceValidationPolicy = {
  name: "checklist-enforced",
  displayName: "The stack holds to the checklist",
  description:
    "The stack's own level of the checklist is mandatory, and a release or switch carries the checklist of the version that it is about.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps: "Set greenlight:checklist.level to mandatory, and leave the Release to Greenlight's own program.",
  url: "docs/checklist.md",
  tags: ["checklist"],
  configSchema: {
    properties: {
      allowLevel: {
        type: "string",
        enum: [...checklistLevels],
        default: "mandatory",
        description: "The laxest level that a stack may have.",
      },
    },
  },
  validateResource({ type, props, getConfig }, reportViolation) {
    if (type !== releaseType) return;
    const stated = releaseFacts(props);
    if ("missing" in stated) {
      reportViolation(`The Release does not state ${stated.missing}. Leave the Release to Greenlight's own program.`);
      return;
    }
    const { kind, live, environments } = stated.facts;
    if (kind === "none" || kind === "rollback") return;
    const carried = carriedChecklist(props);
    if ("missing" in carried) {
      reportViolation(`${carried.missing} Leave the Release to Greenlight's own program.`);
      return;
    }
    const { checklist } = carried;
    const { allowLevel } = config.parse(getConfig());
    if (laxness(checklist.level) > laxness(allowLevel)) {
      reportViolation(
        `The stack's checklist is ${checklist.level}, but must be ${allowLevel}. Set greenlight:checklist.level to ${allowLevel}.`,
      );
    }
    if (checklist.level === "none") return;
    // Without items: what is missing or of another version, in the words of the provider.
    const update = { kind, live, environments, checklist: { ...checklist, level: "mandatory" as const } };
    for (const it of checklistRefusals([], update, new Date())) reportViolation(`${it.happened} ${it.next}`.trim());
    if (runtime.isDryRun()) return;
    const judged = judgedEnvironments(kind, live, checklist, environments).flatMap((name) => checklist[name] ?? []);
    for (const { version } of judged.filter((it) => it.phase === "review")) {
      reportViolation(
        `The checklist of ${version} was gathered for a review, which leaves out what is judged on the day. Run the update without GREENLIGHT_REVIEW.`,
      );
    }
  },
};
