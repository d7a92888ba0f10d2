import { createHash } from "node:crypto";
import type { V1PodSpec } from "@kubernetes/client-node";
import { z } from "zod";
import type { JobPlan } from "./jobs.ts";

/** A Job as a resource is told of it: what its pods are found by is of it alone. */
export const jobName = z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) });
export type JobName = z.infer<typeof jobName>;

/** What its pod is made from. It has one container, beside those that run before it. */
export const onePod = z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })).length(1) });
export type OnePod = z.infer<typeof onePod>;

/** Where dumps are kept; a state from before stores says nothing of it. */
export const keptIn = z.enum(["claim", "store"]).default("claim");

/** How long Jobs take and stay. */
export const jobTimes = {
  /** For each of them. */
  deadlineMs: z.number().int().positive(),
  /** How long they stay with their logs when they have ended. */
  keepMs: z.number().int().positive(),
} as const;
type JobTimes = z.infer<z.ZodObject<typeof jobTimes>>;

/** A Job whose pod does this; and the name of its container. */
export function planOf(
  job: JobName,
  given: OnePod | V1PodSpec,
  command: readonly string[],
  times: JobTimes,
): [JobPlan, string] {
  const spec = given as unknown as V1PodSpec;
  const pod = { ...spec, containers: spec.containers.map((it) => ({ ...it, command: [...command] })) };
  const digest = createHash("sha256").update(JSON.stringify(pod)).digest("hex");
  const plan = {
    ...job,
    digest,
    pod,
    deadlineSeconds: Math.ceil(times.deadlineMs / 1_000),
    keepSeconds: Math.ceil(times.keepMs / 1_000),
  };
  return [plan, pod.containers[0]?.name ?? ""];
}
