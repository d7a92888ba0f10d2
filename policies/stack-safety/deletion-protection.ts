import type { ResourceValidationPolicy } from "@pulumi/policy";

/** What users would miss at once, by type, with the input that keeps it from being deleted. */
const guards: Readonly<Record<string, string>> = {
  "aws:rds/instance:Instance": "deletionProtection",
  "aws:rds/cluster:Cluster": "deletionProtection",
  "aws:rds/globalCluster:GlobalCluster": "deletionProtection",
  "aws:docdb/cluster:Cluster": "deletionProtection",
  "aws:neptune/cluster:Cluster": "deletionProtection",
  "aws:dynamodb/table:Table": "deletionProtectionEnabled",
  "aws:lb/loadBalancer:LoadBalancer": "enableDeletionProtection",
  "aws:alb/loadBalancer:LoadBalancer": "enableDeletionProtection",
  "aws:cognito/userPool:UserPool": "deletionProtection",
};

export const deletionProtection: ResourceValidationPolicy = {
  name: "deletion-protection",
  displayName: "Databases and load balancers cannot be deleted by mistake",
  description: "The platform itself refuses to delete a database or a load balancer until somebody says otherwise.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps: "Set deletionProtection (enableDeletionProtection on a load balancer) to true.",
  validateResource({ type, props }, reportViolation) {
    const input = Object.hasOwn(guards, type) ? guards[type] : undefined;
    if (input === undefined) return;
    const stated: unknown = props[input];
    if (stated === true || stated === "ACTIVE") return;
    reportViolation(
      `One mistaken update would delete it for good. Set ${input} to ${type.startsWith("aws:cognito/") ? "ACTIVE" : "true"}.`,
    );
  },
};
