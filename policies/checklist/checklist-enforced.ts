import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isDryRun } from "@pulumi/pulumi/runtime/settings.js";
import { z } from "zod";
import { type ChecklistLevel, checklistLevels } from "../../release/checklist/facts.ts";
import { isJudged, judgedEnvironments } from "../../release/checklist/judged.ts";
import { checklistRefusals } from "../../release/checklist/refusals.ts";
import { formatDuration, parseDuration, spokenDuration } from "../../release/duration.ts";
import { carriedChecklist } from "../inputs/carried-checklist.ts";
import { releaseFacts, releaseType } from "../inputs/release-facts.ts";

const config = z.object({
  allowLevel: z.enum(checklistLevels),
  leastWatch: z.string().transform((text) => parseDuration(text, "leastWatch of the policy checklist-enforced")),
});
const watched = z.looseObject({ leastMs: z.number() });
/** The strictest first. */
const laxness = (level: ChecklistLevel) => checklistLevels.indexOf(level);

export const checklistEnforced: ResourceValidationPolicy = {
  name: "checklist-enforced",
  displayName: "The stack holds to the checklist",
  description:
    "The stack's own level of the checklist is mandatory, and a release or switch carries the checklist of the version that it is about. The watch that it asks for is as long as the pack wants.",
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
      leastWatch: {
        type: "string",
        pattern: "^(0|[1-9][0-9]{0,9})(ms|s|m|h)$",
        default: "0s",
        description:
          "The shortest greenlight:checklist.leastWatch that a stack may have, such as 5m; 0s leaves it to the stack.",
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
    if (!isJudged(kind)) return;
    const carried = carriedChecklist(props);
    if ("missing" in carried) {
      reportViolation(`${carried.missing} Leave the Release to Greenlight's own program.`);
      return;
    }
    const { checklist } = carried;
    const { allowLevel, leastWatch } = config.parse(getConfig());
    if (laxness(checklist.level) > laxness(allowLevel)) {
      reportViolation(
        `The stack's checklist is ${checklist.level}, but must be ${allowLevel}. Set greenlight:checklist.level to ${allowLevel}.`,
      );
    }
    if (checklist.level === "none") return;
    // Without items: what is missing or of another version, in the words of the provider.
    const update = { kind, live, environments, checklist: { ...checklist, level: "mandatory" as const } };
    for (const it of checklistRefusals([], update, new Date())) reportViolation(`${it.happened} ${it.next}`.trim());
    const judged = judgedEnvironments(kind, live, checklist, environments).flatMap((name) => checklist[name] ?? []);
    for (const { items } of judged) {
      const stated = watched.safeParse(items["anti-patterns/unwatched"]);
      // What says nothing of its watch fails as the item itself.
      if (!stated.success || stated.data.leastMs >= leastWatch) continue;
      reportViolation(
        `The stack takes a watch of ${spokenDuration(stated.data.leastMs)} after the switch, but must ask for at least ${spokenDuration(leastWatch)}. Set greenlight:checklist.leastWatch to ${formatDuration(leastWatch)}.`,
      );
    }
    if (isDryRun()) return;
    for (const { version } of judged.filter((it) => it.phase === "review")) {
      reportViolation(
        `The checklist of ${version} was gathered for a review, which leaves out what is judged on the day. Run the update without GREENLIGHT_REVIEW.`,
      );
    }
  },
};
