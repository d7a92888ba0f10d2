import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { deadlineIn } from "../../release/deadline.ts";
import { type EnvironmentName, weightsFor } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { abortable } from "./abortable.ts";
import { type Client, openClient } from "./client.ts";
import { sliceOwner } from "./collections.ts";
import type { KubernetesAccess } from "./facts.ts";
import { refusedForMs } from "./follow.ts";
import { kubernetesProblem, statusOf } from "./kubernetesProblem.ts";
import { bears } from "./pods.ts";
import { backendRefs, isTesters, type RouteBackends, readRoute, routeKind } from "./route.ts";
import { keptBy } from "./stickyRules.ts";
import {
  endpointsOwner,
  leaderOf,
  leadsTo,
  type SeenTraffic,
  type SwitchedService,
  sayNow,
  untaken,
} from "./switching.ts";
import { watchTraffic } from "./watchTraffic.ts";

/** What moving traffic ended with. Epoch ms. */
export interface KubernetesMoved {
  /** When the last Service or HTTPRoute was written. */
  readonly writtenAt: number;
  /** When the endpoints of all were read to belong to the environment, and to no other. */
  readonly readBackAt: number;
}

/** Whose write it is, in the object's managed fields. */
const manager = "greenlight-rollback";

/** Longest that one write may take before the next one is tried, ms. */
const writeWithinMs = 5_000;

/**
 * Moves the live Service or the HTTPRoute of every service to one environment, in their order, and reads back until their endpoints agree.
 * Needs no engine and asks nobody's leave: this is also the way back at 2 a.m. One that cannot be written keeps no other from being
 * written; it is tried again until the deadline.
 *
 * @param patience default: 60 s, every half second
 * @throws Problem that says what serves by then; exit code 7
 */
export async function moveKubernetesTraffic(
  access: KubernetesAccess,
  services: readonly SwitchedService[],
  to: EnvironmentName,
  tell: (step: string) => void,
  patience = { deadlineMs: 60_000, intervalMs: 500 },
): Promise<KubernetesMoved> {
  const client = openClient(access);
  const begin = Date.now();
  const end = begin + patience.deadlineMs;
  const failures = new Map<SwitchedService, unknown>();
  let left = [...services];
  let writtenAt = begin;
  while (left.length > 0) {
    for (const it of left) {
      try {
        await inTime(lead(client, it, to), Math.min(writeWithinMs, patience.deadlineMs));
        failures.delete(it);
        writtenAt = Date.now();
        tell(`${leaderOf(it)} is written: it leads to ${to}`);
      } catch (error) {
        failures.set(it, error);
      }
    }
    left = left.filter((it) => failures.has(it) && !isFinal(failures.get(it), Date.now() - begin));
    if (Date.now() + patience.intervalMs > end) break;
    if (left.length > 0) await pause(patience.intervalMs);
  }
  // Once begun, the way back is finished: nobody's signal stops it.
  const step = { urn: "", name: "", signal: new AbortController().signal, tell };
  const settled = (seen: SeenTraffic) => failures.size > 0 || faults(services, to, seen).length === 0;
  const { seen, where } = await watchTraffic({ access, services }, step, Math.max(1, end - Date.now()), settled);
  const found = faults(services, to, seen);
  if (found.length === 0) return { writtenAt, readBackAt: Date.now() };
  const said = [...failures.values()].map(
    (error) => sentence(kubernetesProblem(error, problemOf(where))).split("\n")[0],
  );
  const why = said.length === 0 ? "" : ` (${[...new Set(said)].join(" ")})`;
  throw new Problem({
    happened: `Traffic is not all at ${to}: ${found.join("; ")}${why}.`,
    where,
    untouched: "Services that are not named lead where they should.",
    next: byHand(services, to, access.namespace),
    exitCode: exitCodes.notAsAsked,
  });
}

/** What is gone does not come by trying. A right that is missing does: an API server that has just started refuses for a moment what it allows. */
function isFinal(failure: unknown, triedMs: number): boolean {
  const status = statusOf(failure);
  return status === 404 || (status === 403 && triedMs >= refusedForMs);
}

/** An API server that takes a request and never answers must not keep the others from being written. */
async function inTime<T>(answer: Promise<T>, withinMs: number): Promise<T> {
  const { signal, end } = deadlineIn(withinMs, "The API server's answer");
  try {
    return await abortable(answer, signal);
  } finally {
    end();
  }
}

const problemOf = (where: string) => ({ doing: "write what leads users", where, untouched: "" });

function byHand(services: readonly SwitchedService[], to: EnvironmentName, namespace: string): string {
  return services.some(({ route }) => route !== undefined)
    ? `kubectl edit httproute <name> --namespace ${namespace} for each that is named: weight 100 for the Service of ${to}, 0 for the other, in the rule that asks for no header`
    : `kubectl patch service <name> --namespace ${namespace} --patch '{"spec":{"selector":{"greenlight/environment":"${to}"}}}' for each that is named`;
}

async function lead(client: Client, it: SwitchedService, to: EnvironmentName): Promise<void> {
  const { core, namespace } = client;
  if (it.route !== undefined) return leadRoute(client, it.name, it.route, to);
  // Also where somebody took the selector out, as for a page that tells of maintenance.
  const body = [{ op: "add", path: "/spec/selector", value: it[to] }];
  await core.patchNamespacedService({ namespace, name: it.name, body, fieldManager: manager });
}

/**
 * All users of a route to one environment: whatever somebody made of it, this is the way back. Every rule is written but testers': what a rule
 * that was one before leads to now, users may follow. Rules that keep users where they are go.
 */
async function leadRoute(
  { custom, namespace }: Client,
  name: string,
  backends: RouteBackends,
  to: EnvironmentName,
): Promise<void> {
  const { spec, metadata } = readRoute(await custom.getNamespacedCustomObject({ ...routeKind, namespace, name }));
  const value = backendRefs(backends, weightsFor(to));
  const kept = spec.rules.map((rule) => keptBy(rule, backends) !== undefined);
  const written = spec.rules.flatMap((rule, at) =>
    kept[at] || isTesters(rule, backends) ? [] : [{ op: "add", path: `/spec/rules/${at}/backendRefs`, value }],
  );
  // The last one first: what is removed moves those after it.
  const removed = kept.flatMap((it, at) => (it ? [{ op: "remove", path: `/spec/rules/${at}` }] : [])).reverse();
  // Rules are told by their place: what somebody wrote meanwhile is read first.
  const same = { op: "test", path: "/metadata/resourceVersion", value: metadata.resourceVersion };
  const body = [same, ...written, ...removed];
  await custom.patchNamespacedCustomObject({ ...routeKind, namespace, name, body, fieldManager: manager });
}

/** Where users do not reach the environment alone. An instance that is not ready yet does not count: the others answer. */
function faults(services: readonly SwitchedService[], to: EnvironmentName, seen: SeenTraffic): string[] {
  return services.flatMap((it) => {
    const now = leadsTo(it, seen);
    if (!isDeepStrictEqual(now, weightsFor(to))) return [`${leaderOf(it)} leads to ${sayNow(now, it, seen)}`];
    const waiting = untaken(it, seen);
    if (waiting.length > 0) return waiting;
    const owner = endpointsOwner(it, to);
    const own = new Set(
      seen.pods.filter(({ metadata }) => bears(it[to], metadata)).map(({ metadata }) => metadata?.name ?? ""),
    );
    const answering = seen.slices
      .filter(({ metadata }) => metadata?.labels?.[sliceOwner] === owner)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .map(({ targetRef }) => targetRef?.name ?? "");
    if (answering.length === 0) return [`the Service ${owner} has no endpoint that is ready`];
    const strange = answering.filter((pod) => !own.has(pod));
    return strange.length === 0 ? [] : [`the Service ${owner} still leads to ${strange[0]}`];
  });
}
