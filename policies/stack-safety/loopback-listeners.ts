import type { ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { releaseType } from "../inputs/release-facts.ts";

const config = z.object({ allowPublicListeners: z.boolean() });
const stated = z.object({ listen: z.string().optional() });
/** What opens listeners, and the release that states the address before any of them is there. */
const listening: ReadonlySet<string> = new Set([
  releaseType,
  "greenlight:local:Proxy",
  "greenlight:local:PostgresServer",
  "greenlight:local:ServiceInstance",
]);

export const loopbackListeners: ResourceValidationPolicy = {
  name: "loopback-listeners",
  displayName: "Services listen on loopback",
  description: "On the local platform nothing listens where other machines can reach it.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps:
    "Leave greenlight:listen at 127.0.0.1 and put what faces the network in front, or set allowPublicListeners.",
  configSchema: {
    properties: {
      allowPublicListeners: {
        type: "boolean",
        default: false,
        description: "Take service ports that other machines can reach.",
      },
    },
  },
  validateResource({ type, props, getConfig }, reportViolation) {
    if (!listening.has(type)) return;
    const { listen } = stated.parse({ listen: props.listen });
    if (listen === undefined || isLoopback(listen) || config.parse(getConfig()).allowPublicListeners) return;
    reportViolation(
      `It would listen on ${listen}, where others can reach it. Leave greenlight:listen at 127.0.0.1, or set allowPublicListeners for this policy.`,
    );
  },
};

/** 127.0.0.0/8 and ::1; a name is not taken, for what it stands for can change. */
function isLoopback(address: string): boolean {
  return address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);
}
