import { setTimeout as pause } from "node:timers/promises";
import { type Settings, thresholdsOf } from "../config.ts";
import { askHealth, type HealthQuestion } from "../provider/gates/health.ts";
import { EnvoyAdmin } from "../provider/local/envoy/admin.ts";
import { readCounters } from "../provider/local/envoy/metrics.ts";
import type { PlatformFacts } from "../provider/local/platformFacts.ts";
import { readPlatform, readServing } from "../provider/local/serving.ts";
import type { EnvironmentName } from "../release/environment.ts";
import { leftAlone } from "./platform/inTime.ts";

/** Whose health is asked for. */
export interface LiveEnvironment {
  readonly facts: PlatformFacts;
  readonly settings: Settings;
  readonly environment: EnvironmentName;
  readonly signal: AbortSignal;
  /** Longest that an instance may take to answer, ms. Default: 3 s. */
  readonly withinMs?: number | undefined;
}

/** What one instance answered to its service's health question. */
export interface InstanceHealth {
  readonly service: string;
  readonly port: number;
  readonly healthy: boolean;
  readonly says: string;
}

/** How what serves now fares. */
export interface LiveHealth {
  /** `divided`: between both environments. */
  readonly serves: EnvironmentName | "nothing" | "divided";
  readonly services: readonly string[];
  /** Only on this machine do instances have ports of their own. */
  readonly instances: readonly (Omit<InstanceHealth, "port"> & { readonly port?: number })[];
  readonly firing: readonly FiringAlarm[];
}

/** An alarm that fires now. */
export interface FiringAlarm {
  readonly service: string;
  readonly says: string;
}

/** Stretch of time whose requests are counted. Milliseconds. */
const countFor = 1_000;
/** With fewer requests in it nothing is said of a service's errors. */
const leastRequests = 20;

/** Asks every instance of an environment its service's health question, once. */
export function instancesHealth({
  facts,
  settings,
  environment,
  signal,
  withinMs = 3_000,
}: LiveEnvironment): Promise<readonly InstanceHealth[]> {
  const questions = healthQuestions(settings);
  return Promise.all(
    facts.services.flatMap((service) =>
      service.instances[environment].map(async (port) => {
        const question = questions[service.name] ?? { path: service.healthPath, status: 200 };
        const answer = await askHealth(`http://${facts.listen}:${port}`, question, withinMs, signal);
        return { service: service.name, port, healthy: answer.good, says: answer.says };
      }),
    ),
  );
}

/**
 * Alarms that fire now, by service: the share of failed requests in one second of users' traffic, against the stack's threshold. A
 * service whose counters cannot be read is one of them.
 */
export async function firingAlarms({
  facts,
  settings,
  environment,
  signal,
}: LiveEnvironment): Promise<readonly FiringAlarm[]> {
  const names = facts.services.map(({ name }) => name);
  const { errorRate } = thresholdsOf(settings);
  const admin = new EnvoyAdmin(facts.listen, facts.adminPort);
  const before = await readCounters(admin, names, environment);
  await pause(countFor, undefined, { signal });
  const after = await readCounters(admin, names, environment);
  return names.flatMap((service) => {
    const [a, b] = [before[service], after[service]];
    const why = [a, b].map((it) => (it === undefined ? "they are not there" : "unreadable" in it ? it.unreadable : ""));
    if (a === undefined || b === undefined || "unreadable" in a || "unreadable" in b) {
      const because = why.find((it) => it !== "") ?? "";
      return [
        { service, says: `the counters of ${service} cannot be read (${because}), so nobody knows whether it is well` },
      ];
    }
    const requests = b.requests - a.requests;
    const errors = b.errors - a.errors;
    if (requests < leastRequests || errors / requests <= errorRate.max) return [];
    const share = `${((errors / requests) * 100).toFixed(1)} %`;
    return [{ service, says: `the live ${service} fails ${share} of its requests now, over ${errorRate.max * 100} %` }];
  });
}

/** The stack whose live environment is meant. */
export interface LiveStack {
  /** The stack's folder. */
  readonly dir: string;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/**
 * Finds what serves now, asks its instances and counts its users' requests.
 *
 * @returns a promise that may be left alone: a rejection is told to whoever awaits it, and nobody else
 */
export function liveHealth(it: LiveStack): Promise<LiveHealth> {
  return leftAlone(findLiveHealth(it));
}

async function findLiveHealth({ dir, settings, signal }: LiveStack): Promise<LiveHealth> {
  const nobody = { services: Object.keys(settings.services), instances: [], firing: [] };
  const facts = readPlatform(dir);
  if (facts === undefined) return { ...nobody, serves: "nothing" };
  const { weights, environment } = await readServing(facts);
  const shares = Object.values(weights).map((one) => (one === undefined ? 0 : one.blue + one.green));
  // Before its first switch a proxy gives nobody any traffic.
  if (shares.every((share) => share === 0)) return { ...nobody, serves: "nothing" };
  if (environment === undefined) return { ...nobody, serves: "divided" };
  const live = { facts, settings, environment, signal };
  const [instances, firing] = await Promise.all([instancesHealth(live), firingAlarms(live)]);
  return { serves: environment, services: facts.services.map(({ name }) => name), instances, firing };
}

/** What a healthy instance of each service answers. */
export function healthQuestions(settings: Settings): Record<string, HealthQuestion> {
  return Object.fromEntries(
    Object.entries(settings.services).map(([name, { health }]) => [
      name,
      {
        path: health.path,
        status: health.status,
        ...(health.body === undefined ? {} : { body: health.body }),
        ...(health.json === undefined ? {} : { json: health.json }),
      },
    ]),
  );
}
