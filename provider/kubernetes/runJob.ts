import { setTimeout as pause } from "node:timers/promises";
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { Problem } from "../../release/problem.ts";
import type { RanOnce } from "../database/onceVerified.ts";
import type { Step } from "../handler.ts";
import type { Client } from "./client.ts";
import * as collections from "./collections.ts";
import { lastEvent } from "./events.ts";
import { follow } from "./follow.ts";
import { createJob, endOf, isSame, type JobPlan, readJob, removeJob, standsFor } from "./jobs.ts";
import { ask, saidBy, statusOf, updateAgain } from "./kubernetesProblem.ts";
import { PodLog } from "./podLog.ts";
import { podTrouble } from "./podTrouble.ts";

/** How long the API server may take to say that a Job is gone, ms. */
const goneWithinMs = 60_000;
/** How much longer than the Job's own deadline its end is awaited: the cluster ends it, and says so a moment later. */
const graceMs = 30_000;
/** How often a Job is begun that somebody else makes meanwhile. */
const mostTries = 3;
/** How often the log of a pod that has ended is asked for. */
const mostLogTries = 5;
/** Pause before the log of a pod that has ended is asked for once more, ms. */
const logAgainMs = 500;

/**
 * Runs a Job to its end, telling the lines of its log as they come. One that runs already and does the same is gone along with: an engine
 * that was killed may have begun it. One that has ended under this name is taken away first, for its end speaks of an earlier try; unless
 * the plan says since when it would not.
 *
 * @throws Problem where a Job of this name does something else, or the cluster does not say
 */
export async function runJob(client: Client, step: Step, plan: JobPlan, container: string): Promise<RanOnce> {
  const asked = { ...askedAbout(client, plan), doing: `run the Job ${plan.name}` };
  const log = new PodLog(client, container, (line) => step.tell(line));
  try {
    const endedBefore = await ask(asked, () => begin(client, step, plan));
    const { job, pod, trouble } = await end(client, step, plan, log);
    // Where one that runs before it failed, its own has nothing to say.
    const before = failedBefore(pod);
    const said = before === undefined ? log : new PodLog(client, before.name, () => {});
    const last = await lastOf(said, pod, step.signal);
    const which = before === undefined ? "" : ` --container ${before.name}`;
    return {
      id: plan.name,
      where: `${client.where}: kubectl logs job/${plan.name} --namespace ${client.namespace}${which}`,
      fault: trouble ?? faultOf(job, pod, container, plan),
      ...last,
      endedBefore,
    };
  } catch (error) {
    // What was cancelled must not go on migrating behind the next update's back.
    if (step.signal.aborted) await removeJob(client, plan.name).catch(() => undefined);
    throw error;
  } finally {
    log.close();
  }
}

/** @returns whether it has ended already, and stands for the one that is meant */
async function begin(client: Client, step: Step, plan: JobPlan, tries = 1): Promise<boolean> {
  const known = await readJob(client, plan.name, step.signal);
  if (known !== undefined && known.metadata?.deletionTimestamp === undefined && endOf(known) === undefined) {
    if (isSame(known, plan.digest)) {
      step.tell(`the Job ${plan.name} runs already: its end is awaited`);
      return false;
    }
    throw new Problem({
      happened: `The Job ${plan.name} runs, and does something else than is asked now.`,
      where: client.where,
      untouched: "It was left alone, and nothing else was changed.",
      next: `wait until it has ended (kubectl wait --for=condition=complete job/${plan.name}), or delete it, and ${againOf(plan)}`,
    });
  }
  if (known !== undefined && standsFor(known, plan)) {
    step.tell(`the Job ${plan.name} has ended just now: it is not run again`);
    return true;
  }
  if (known !== undefined) {
    await removeJob(client, plan.name);
    await gone(client, step, plan);
  }
  try {
    await createJob(client, plan, step.signal);
    return false;
  } catch (error) {
    // Somebody was faster: it is looked at like any that is there.
    if (statusOf(error) !== 409 || tries >= mostTries) throw error;
    return begin(client, step, plan, tries + 1);
  }
}

async function gone(client: Client, step: Step, plan: JobPlan): Promise<void> {
  const { jobs } = await follow(
    client,
    { jobs: collections.jobs(client, plan.labels) },
    (seen) => seen.jobs.every(({ metadata }) => metadata?.name !== plan.name),
    { deadlineMs: goneWithinMs, signal: step.signal, asked: askedAbout(client, plan) },
  );
  if (jobs.every(({ metadata }) => metadata?.name !== plan.name)) return;
  throw new Problem({
    happened: `The Job ${plan.name} of an earlier try is still there after ${goneWithinMs / 1_000} s.`,
    where: client.where,
    untouched: plan.untouched ?? "Nothing was migrated.",
    next: `find what holds it (kubectl describe job ${plan.name}), and ${againOf(plan)}`,
  });
}

interface Ended {
  readonly job: V1Job | undefined;
  readonly pod: V1Pod | undefined;
  /** Why waiting was no use, where it was none. */
  readonly trouble: string | undefined;
}

/** Follows a Job until it has ended, or waiting is no use. */
async function end(client: Client, step: Step, plan: JobPlan, log: PodLog): Promise<Ended> {
  let told: string | undefined;
  const look = (jobs: readonly V1Job[], pods: readonly V1Pod[]) => {
    const job = jobs.find(({ metadata }) => metadata?.name === plan.name);
    const pod = newest(pods);
    const trouble = pod === undefined ? undefined : troubleOf(pod);
    return { job, pod, trouble };
  };
  const seen = await follow(
    client,
    { jobs: collections.jobs(client, plan.labels), pods: collections.pods(client, plan.labels) },
    ({ jobs, pods }) => {
      const { job, pod, trouble } = look(jobs, pods);
      if (pod !== undefined && started(pod)) log.follow(pod.metadata?.name ?? "");
      if (trouble !== undefined && trouble.says !== told) {
        told = trouble.says;
        step.tell(`${trouble.pod}: ${trouble.says}`);
      }
      return (job !== undefined && endOf(job) !== undefined) || trouble?.final === true;
    },
    { deadlineMs: plan.deadlineSeconds * 1_000 + graceMs, signal: step.signal, asked: askedAbout(client, plan) },
  );
  const { job, pod, trouble } = look(seen.jobs, seen.pods);
  const hopeless = trouble?.final === true && (job === undefined || endOf(job) === undefined);
  // Nothing would end it but its deadline, and the next try is to begin anew.
  if (hopeless) await removeJob(client, plan.name);
  if (hopeless) return { job, pod, trouble: `its pod ${trouble.pod} does not start: ${trouble.says}` };
  const noPod = { kind: "Job", name: plan.name, reason: "FailedCreate" };
  const refused = pod === undefined ? await lastEvent(client, noPod, step.signal) : undefined;
  return { job, pod, trouble: refused === undefined ? undefined : `no pod of it was made: ${refused}` };
}

const askedAbout = (client: Client, plan: JobPlan) => ({
  doing: `tell how the Job ${plan.name} goes`,
  where: client.where,
  untouched: plan.untouched ?? "No traffic was moved.",
  again: againOf(plan),
});

const againOf = (plan: JobPlan) => plan.again ?? updateAgain;

function newest(pods: readonly V1Pod[]): V1Pod | undefined {
  const age = ({ metadata }: V1Pod) => new Date(metadata?.creationTimestamp ?? 0).getTime();
  return [...pods].sort((a, b) => age(b) - age(a))[0];
}

function started({ status }: V1Pod): boolean {
  return (status?.containerStatuses ?? []).some(
    ({ state }) => state?.running !== undefined || state?.terminated !== undefined,
  );
}

/** The container that was to end well before a Job's own starts, and did not. */
function failedBefore(pod: V1Pod | undefined): { readonly name: string; readonly exitCode: number } | undefined {
  const failed = pod?.status?.initContainerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  return failed === undefined ? undefined : { name: failed.name, exitCode: failed.state?.terminated?.exitCode ?? 0 };
}

/** Only what keeps a pod from starting: how it ended is the Job's to say. */
function troubleOf(pod: V1Pod) {
  return started(pod) ? undefined : podTrouble(pod);
}

/** Why a Job did not end well; undefined when its container ended by itself with 0. That alone proves nothing of its work. */
function faultOf(job: V1Job | undefined, pod: V1Pod | undefined, container: string, plan: JobPlan): string | undefined {
  const ended = job === undefined ? undefined : endOf(job);
  if (job === undefined) return "somebody removed its Job";
  if (ended === undefined || /DeadlineExceeded/.test(ended.says)) {
    return `it was not done in ${plan.deadlineSeconds} s and was stopped`;
  }
  const before = failedBefore(pod);
  if (before !== undefined) return `its container ${before.name}, which comes first, ended with ${before.exitCode}`;
  const state = pod?.status?.containerStatuses?.find(({ name }) => name === container)?.state?.terminated;
  if (ended.well) return undefined;
  if (state === undefined) return `its container did not run to its end (${ended.says || "no reason told"})`;
  const why = state.reason === undefined || state.reason === "Error" ? "" : ` (${state.reason})`;
  return `its container ended with ${state.exitCode}${why}`;
}

/** The whole end of the log: what was followed may have broken off, and the last lines are told when the container has ended already. */
async function lastOf(
  log: PodLog,
  pod: V1Pod | undefined,
  signal: AbortSignal,
): Promise<Pick<RanOnce, "output" | "unread">> {
  const name = pod?.metadata?.name;
  if (name === undefined || !(started(pod as V1Pod) || failedBefore(pod) !== undefined)) return { output: "" };
  for (let tries = 1; ; tries++) {
    try {
      return { output: await log.last(name, signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (tries >= mostLogTries) return { output: "", unread: saidBy(error) };
    }
    await pause(logAgainMs, undefined, { signal });
  }
}
