import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, weightsFor } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { type Client, openClient } from "./client.ts";
import { sliceOwner } from "./collections.ts";
import type { KubernetesAccess } from "./facts.ts";
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
  const end = Date.now() + patience.deadlineMs;
  let left = [...services];
  let writtenAt = Date.now();
  let failure: unknown;
  for (;;) {
    const failed: SwitchedService[] = [];
    for (const it of left) {
      try {
        await lead(client, it, to);
        writtenAt = Date.now();
        tell(`${leaderOf(it)} is written: it leads to ${to}`);
      } catch (error) {
        failure = error;
        failed.push(it);
      }
    }
    left = failed;
    // What is gone, or may not be written, does not change by trying.
    const final = [403, 404].includes(statusOf(failure) ?? 0);
    if (left.length === 0 || final || Date.now() + patience.intervalMs > end) break;
    await pause(patience.intervalMs);
  }
  // Once begun, the way back is finished: nobody's signal stops it.
  const step = { urn: "", name: "", signal: new AbortController().signal, tell };
  const settled = (seen: SeenTraffic) => left.length > 0 || faults(services, to, seen).length === 0;
  const { seen, where } = await watchTraffic({ access, services }, step, Math.max(1, end - Date.now()), settled);
  const found = faults(services, to, seen);
  if (found.length === 0) return { writtenAt, readBackAt: Date.now() };
  const why = left.length === 0 ? "" : ` (${sentence(kubernetesProblem(failure, problemOf(where))).split("\n")[0]})`;
  throw new Problem({
    happened: `Traffic is not all at ${to}: ${found.join("; ")}${why}.`,
    where,
    untouched: "Services that are not named lead where they should.",
    next: byHand(services, to, access.namespace),
    exitCode: exitCodes.notAsAsked,
  });
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
  const body = [{ op: "replace", path: "/spec/selector", value: it[to] }];
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
  const { spec } = readRoute(await custom.getNamespacedCustomObject({ ...routeKind, namespace, name }));
  const value = backendRefs(backends, weightsFor(to));
  const kept = spec.rules.map((rule) => keptBy(rule, backends) !== undefined);
  const written = spec.rules.flatMap((rule, at) =>
    kept[at] || isTesters(rule, backends) ? [] : [{ op: "add", path: `/spec/rules/${at}/backendRefs`, value }],
  );
  // The last one first: what is removed moves those after it.
  const removed = kept.flatMap((it, at) => (it ? [{ op: "remove", path: `/spec/rules/${at}` }] : [])).reverse();
  const body = [...written, ...removed];
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
