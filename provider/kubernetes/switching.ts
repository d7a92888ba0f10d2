import { isDeepStrictEqual } from "node:util";
import type { V1EndpointSlice, V1Pod, V1Service } from "@kubernetes/client-node";
import { z } from "zod";
import { type EnvironmentName, other } from "../../release/environment.ts";
import { sliceOwner } from "./collections.ts";
import { podsOf } from "./pods.ts";
import { podTrouble } from "./podTrouble.ts";
import { isReady } from "./rollout.ts";

const labels = z.record(z.string(), z.string());

/** A service whose traffic is switched: its live Service, and what the pods of each environment are found by. */
export const switchedService = z.strictObject({ service: z.string(), name: z.string(), blue: labels, green: labels });
export type SwitchedService = z.infer<typeof switchedService>;

/** What a live Service leads to: an environment, something else, or nothing while it is not there. */
export type Leads = EnvironmentName | "elsewhere" | "nowhere";
export const leads = z.enum(["blue", "green", "elsewhere", "nowhere"]);

export function leadsTo(asked: SwitchedService, services: readonly V1Service[]): Leads {
  const seen = services.find(({ metadata }) => metadata?.name === asked.name);
  if (seen === undefined) return "nowhere";
  const selector = seen.spec?.selector ?? {};
  if (isDeepStrictEqual(selector, asked.blue)) return "blue";
  return isDeepStrictEqual(selector, asked.green) ? "green" : "elsewhere";
}

/**
 * Live Services that lead neither where the last update left them nor where this one asks: somebody else moved them. A sentence each.
 *
 * @param left where each led after the last update; undefined before the first
 */
export function strangers(
  services: readonly SwitchedService[],
  seen: readonly V1Service[],
  left: Readonly<Record<string, Leads>> | undefined,
  asked: EnvironmentName,
): string[] {
  return services.flatMap((it) => {
    const now = leadsTo(it, seen);
    const known = left?.[it.service];
    if (now === asked || now === known || now === "nowhere") return [];
    // A stack that was lost finds its own again; what is another's, or was rewritten, is not overwritten.
    if (known === undefined && now !== "elsewhere") return [];
    return [
      `the Service ${it.name} leads to ${say(now, it, seen)}, the last update left ${known ?? "none of this name"}`,
    ];
  });
}

/** Why an environment is not fit to receive a service's traffic; undefined when it is. */
export function receivingFault(
  it: SwitchedService,
  to: EnvironmentName,
  now: Leads,
  pods: readonly V1Pod[],
): string | undefined {
  if (now === to) return undefined;
  const own = podsOf(it[to], pods);
  const ready = own.filter(isReady);
  if (own.length === 0) return `${to} has no pod for ${it.service}`;
  if (ready.length < own.length) {
    const trouble = own.filter((pod) => !isReady(pod)).flatMap((pod) => podTrouble(pod) ?? [])[0];
    const why = trouble === undefined ? "" : ` (${trouble.pod}: ${trouble.says})`;
    return `${ready.length} of ${own.length} pods of ${it.service} in ${to} are ready${why}`;
  }
  const serving = now === other(to) ? podsOf(it[now], pods).filter(isReady).length : 0;
  if (ready.length < serving) return `${to} has ${ready.length} pods for ${it.service} where ${serving} serve now`;
  return undefined;
}

/** Where what serves differs from what was asked, a sentence each: the selector, and the endpoints that follow from it. */
export function differences(
  services: readonly SwitchedService[],
  live: EnvironmentName,
  seen: {
    readonly services: readonly V1Service[];
    readonly slices: readonly V1EndpointSlice[];
    readonly pods: readonly V1Pod[];
  },
): string[] {
  return services.flatMap((it) => {
    const now = leadsTo(it, seen.services);
    if (now !== live) return [`the Service ${it.name} leads to ${say(now, it, seen.services)}`];
    const ready = new Set(
      podsOf(it[live], seen.pods)
        .filter(isReady)
        .map(({ metadata }) => metadata?.name ?? ""),
    );
    const endpoints = seen.slices
      .filter(({ metadata }) => metadata?.labels?.[sliceOwner] === it.name)
      .flatMap((slice) => slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.terminating !== true);
    const reached = new Set(endpoints.map(({ targetRef }) => targetRef?.name ?? ""));
    const strange = [...reached].filter((pod) => !ready.has(pod));
    const missing = [...ready].filter((pod) => !reached.has(pod));
    const asleep = endpoints.filter(({ conditions }) => conditions?.ready === false);
    return [
      ...(ready.size === 0 ? [`no pod of ${it.service} in ${live} is ready`] : []),
      ...(strange.length === 0 ? [] : [`${it.name} still leads to ${strange.slice(0, 3).join(", ")}`]),
      ...(missing.length === 0 ? [] : [`${it.name} does not lead to ${missing.slice(0, 3).join(", ")} yet`]),
      ...(asleep.length === 0 ? [] : [`${asleep.length} endpoints of ${it.name} are not ready`]),
    ];
  });
}

function say(now: Leads, it: SwitchedService, seen: readonly V1Service[]): string {
  if (now !== "elsewhere") return now;
  const selector = seen.find(({ metadata }) => metadata?.name === it.name)?.spec?.selector ?? {};
  const text = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return text.length === 0 ? "no pods at all" : text.join(",").slice(0, 200);
}
