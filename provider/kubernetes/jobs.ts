import type { V1Job, V1PodSpec } from "@kubernetes/client-node";
import { abortable, answered } from "./abortable.ts";
import type { Client } from "./client.ts";
import { unlessGone } from "./kubernetesProblem.ts";

/** One run of a pod to its end. */
export interface JobPlan {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Digest of what it does: a Job of this name that does something else is another's. */
  readonly digest: string;
  readonly pod: V1PodSpec;
  /** Longest that the cluster lets it run, whoever waits for it. */
  readonly deadlineSeconds: number;
  /** How long it stays with its log when it has ended. */
  readonly keepSeconds: number;
  /** One that did the same and ended well since then is not run again; left out, each one that has ended is. */
  readonly endedSince?: Date | undefined;
  /** What stays as it is when it cannot be run; by default what an update has not done yet. */
  readonly untouched?: string;
  /** What begins it anew; by default an update. */
  readonly again?: string;
}

const digestKey = "greenlight/digest";

/** A Job that runs its pod once: what failed halfway is not begun again by itself. */
export function jobOf({ name, labels, digest, pod, deadlineSeconds, keepSeconds }: JobPlan): V1Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, labels: { ...labels }, annotations: { [digestKey]: digest } },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: keepSeconds,
      template: { metadata: { labels: { ...labels } }, spec: { ...pod, restartPolicy: "Never" } },
    },
  };
}

/** Whether a Job is the one that is meant, or does something else under its name. */
export function isSame(job: V1Job, digest: string): boolean {
  return job.metadata?.annotations?.[digestKey] === digest;
}

/** Whether a Job that has ended stands for the one that is meant. */
export function standsFor(job: V1Job, { digest, endedSince }: JobPlan): boolean {
  const at = job.status?.completionTime;
  const late = endedSince !== undefined && at !== undefined && new Date(at).getTime() >= endedSince.getTime();
  return late && isSame(job, digest) && endOf(job)?.well === true && job.metadata?.deletionTimestamp === undefined;
}

/** How a Job ended; undefined while it has not. */
export function endOf({ status }: V1Job): { readonly well: boolean; readonly says: string } | undefined {
  const ended = status?.conditions?.find(({ type, status: is }) => is === "True" && /^(Complete|Failed)$/.test(type));
  if (ended === undefined) return undefined;
  const says = [ended.reason, ended.message].filter((it) => it !== undefined && it !== "").join(": ");
  return { well: ended.type === "Complete", says };
}

export async function readJob(
  { batch, namespace }: Client,
  name: string,
  signal: AbortSignal,
): Promise<V1Job | undefined> {
  return unlessGone(abortable(batch.readNamespacedJob({ namespace, name }), signal));
}

export async function createJob({ batch, namespace }: Client, plan: JobPlan, signal: AbortSignal): Promise<void> {
  const body = jobOf(plan);
  await answered(() => batch.createNamespacedJob({ namespace, body, fieldManager: "greenlight" }), signal);
}

/** Takes a Job away with its pods, also for those who have stopped; one that is gone is no failure. */
export async function removeJob({ batch, namespace }: Client, name: string): Promise<void> {
  const remove = () => batch.deleteNamespacedJob({ namespace, name, propagationPolicy: "Foreground" });
  await unlessGone(answered(remove, new AbortController().signal));
}
