import "../lean-sdk.ts";
import { PolicyPack } from "@pulumi/policy";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { checklistEnforced } from "./checklist-enforced.ts";
import { itemPolicy } from "./item-policy.ts";

new PolicyPack("checklist", {
  displayName: "Greenlight: the pre-deployment checklist",
  description: "Every item of the pre-deployment checklist, judged by evidence.",
  enforcementLevel: "mandatory",
  tags: ["release", "checklist"],
  policies: [checklistEnforced, ...checklistItems.map((it) => itemPolicy(it, checklistItems))],
});
