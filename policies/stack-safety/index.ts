import "../lean-sdk.ts";
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";

new PolicyPack("stack-safety", {
  displayName: "Greenlight: stack safety",
  description: "What must be so for a stack's releases to be safe.",
  enforcementLevel: "mandatory",
  tags: ["release"],
  policies,
});
