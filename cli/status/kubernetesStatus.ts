import { isDeepStrictEqual } from "node:util";
import { accessOf, switchedServicesOf } from "../../components/kubernetes/serving.ts";
import type { Settings } from "../../config.ts";
import { sayAskedTraffic } from "../../project/askedTraffic.ts";
import { versionsOf } from "../../project/platform/imageVersions.ts";
import { answerWithin } from "../../provider/kubernetes/abortable.ts";
import { readSides, type SeenService, type SeenSide } from "../../provider/kubernetes/readSides.ts";
import { sayReadyEndpoints, sharesByPods } from "../../provider/kubernetes/readyEndpoints.ts";
import { agrees, sayLeads } from "../../provider/kubernetes/switching.ts";
import {
  type EnvironmentName,
  environmentNames,
  sharedWeights,
  type Weights,
  weightsFor,
} from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import { within } from "../../release/within.ts";
import type { Context } from "../context.ts";

/** What `greenlight status --json` prints for a stack on Kubernetes, as its EndpointSlices, Deployments and pods say. */
export interface KubernetesStatus {
  readonly ok: boolean;
  readonly project: string;
  readonly stack: string;
  readonly platform: "kubernetes";
  readonly readAt: string;
  /** Why it is not ok: a sentence each. */
  readonly reasons: readonly string[];
  readonly serves: {
    /** The one whose pods are every ready endpoint that users of any service are sent to. */
    readonly environment: EnvironmentName | null;
    /** Shares of the environments, by service; null where it is led elsewhere, or nowhere. Null as a whole where the cluster did not say. */
    readonly weights: Readonly<Record<string, Weights | null>> | null;
    /** Whether the numbers of ready pods share the traffic, so that the weights are what those make. Null where the cluster did not say. */
    readonly byPods: boolean | null;
    /** Ready endpoints that users are sent to, by service. Null where the cluster did not say. */
    readonly endpoints: Readonly<Record<string, SeenService["endpoints"]>> | null;
  };
  /** Null where the cluster did not say. */
  readonly environments: Readonly<Record<EnvironmentName, RunningSide>> | null;
  readonly asked: {
    readonly environment: EnvironmentName;
    readonly version: string | null;
    /** Percent of users' requests that the other environment is to answer. */
    readonly share: number;
  };
  /** What a status has elsewhere, and has not here. */
  readonly notOffered: readonly string[];
}

interface RunningSide {
  /** By the manifests that name the digests that run. */
  readonly versions: readonly string[];
  /** By service; null where it has no Deployment. */
  readonly services: Readonly<Record<string, SeenSide | null>>;
}

const notOffered = ["alarms", "since", "wayBack"] as const;

/** Reads what serves by EndpointSlices and what both environments run, without the engine. What the cluster does not say is null. */
export async function readKubernetesStatus(
  context: Context,
  settings: Settings,
  signal: AbortSignal,
): Promise<KubernetesStatus> {
  const { kubernetes } = settings;
  if (kubernetes === undefined) throw new Error("greenlight:kubernetes is missing");
  const services = switchedServicesOf(settings, kubernetes);
  const common = {
    project: context.projectName,
    stack: context.stack,
    platform: "kubernetes",
    asked: { environment: settings.live, version: settings[settings.live] ?? null, share: settings.share },
    notOffered,
  } as const;
  try {
    const seen = await within(answerWithin, signal, (patience) =>
      readSides(accessOf(context.project, kubernetes), services, patience),
    );
    const environment = environmentIn(seen);
    const reasons = [...servingReasons(settings, seen, environment), ...sicknesses(seen)];
    return {
      ok: reasons.length === 0,
      ...common,
      readAt: new Date().toISOString(),
      reasons,
      serves: {
        environment: environment ?? null,
        weights: Object.fromEntries(seen.map((it) => [it.service, weightsOf(it)])),
        byPods: seen.some(({ leads }) => leads === "both"),
        endpoints: Object.fromEntries(seen.map(({ service, endpoints }) => [service, endpoints])),
      },
      environments: runningSides(context.project, settings, seen),
    };
  } catch (error) {
    signal.throwIfAborted();
    return {
      ok: false,
      ...common,
      readAt: new Date().toISOString(),
      reasons: [sentence(error)],
      serves: { environment: null, weights: null, byPods: null, endpoints: null },
      environments: null,
    };
  }
}

function environmentIn(seen: readonly SeenService[]): EnvironmentName | undefined {
  return environmentNames.find((name) =>
    seen.every(({ leads, endpoints: { blue, green, others } }) => {
      const own = { blue, green }[name];
      return isDeepStrictEqual(leads, weightsFor(name)) && own > 0 && own === blue + green + others;
    }),
  );
}

function servingReasons(
  settings: Settings,
  seen: readonly SeenService[],
  environment: EnvironmentName | undefined,
): string[] {
  if (seen.every(({ endpoints: { blue, green, others } }) => blue + green + others === 0)) {
    return ["Nothing serves: users are led to no ready endpoint."];
  }
  const untaken = seen.flatMap((it) => it.untaken).map((it) => `${it[0]?.toUpperCase()}${it.slice(1)}.`);
  const wanted = sharedWeights(settings.live, settings.share);
  const isShared = ({ leads, endpoints }: SeenService) =>
    agrees(leads, wanted) && (leads !== "both" || endpoints.others === 0);
  if (settings.share > 0 ? seen.every(isShared) : environment === settings.live) return untaken;
  const asked = `The settings ask for ${sayAskedTraffic(settings)}`;
  return [`${asked}; users are served ${seen.map(sayEndpoints).join("; ")}.`, ...untaken];
}

function weightsOf({ leads, endpoints }: Pick<SeenService, "leads" | "endpoints">): Weights | null {
  if (leads === "both") return sharesByPods(endpoints) ?? null;
  return typeof leads === "string" ? null : leads;
}

/** Why sides that take traffic are not well. */
function sicknesses(seen: readonly SeenService[]): string[] {
  return seen.flatMap(({ service, leads, endpoints, sides }) =>
    environmentNames
      // Of both sides, one without a ready pod leaves its share to the other: nobody fails, and yet it is not well.
      .filter((name) => leads === "both" || endpoints[name] > 0)
      .flatMap((name) => {
        const side = sides[name];
        if (side === undefined) return [`${name} serves ${service} and has no Deployment for it.`];
        if (side.ready >= side.wanted) return [];
        const why = side.troubles[0] === undefined ? "" : ` (${side.troubles[0]})`;
        return [`${side.ready} of ${side.wanted} pods of ${service} in ${name} are ready${why}.`];
      }),
  );
}

function runningSides(
  project: string,
  settings: Settings,
  seen: readonly SeenService[],
): Readonly<Record<EnvironmentName, RunningSide>> {
  const digests = (name: EnvironmentName) =>
    Object.fromEntries(seen.map(({ service, sides }) => [service, sides[name]?.digests ?? []]));
  const versions = versionsOf(project, settings, { blue: digests("blue"), green: digests("green") });
  const of = (name: EnvironmentName): RunningSide => ({
    versions: versions[name],
    services: Object.fromEntries(seen.map(({ service, sides }) => [service, sides[name] ?? null])),
  });
  return { blue: of("blue"), green: of("green") };
}

/** The status in words. */
export function kubernetesStatusText({ ok, serves, environments, asked, reasons, readAt }: KubernetesStatus): string {
  const sides = environments === null ? [] : environmentNames.flatMap((name) => sideLines(name, environments[name]));
  return [
    `${ok ? "✓" : "✗"} ${sayServes(serves, environments)} (read back ${readAt.slice(11, 19)})`,
    ...sides,
    `  asked      ${asked.environment} ${asked.version ?? "without a version"}${asked.share === 0 ? "" : `, and ${asked.share} % to the other side`}`,
    ...reasons.map((it) => `  because    ${it}`),
    `  not offered on kubernetes yet: ${notOffered.join(", ")}; see the cluster's own monitoring (docs/kubernetes.md)`,
  ].join("\n");
}

function sayServes(
  { environment, weights, byPods, endpoints }: KubernetesStatus["serves"],
  sides: KubernetesStatus["environments"],
) {
  if (endpoints === null) return "what serves is not known";
  if (environment === null) {
    if (byPods === true) {
      const made = Object.entries(endpoints).map(([service, it]) => `${service} ${sayReadyEndpoints(it)}`);
      return `both sides serve: ${made.join("; ")}`;
    }
    const shares = Object.entries(weights ?? {}).map(
      ([service, it]) => `${service} ${it === null ? "elsewhere" : sayLeads(it)}`,
    );
    return `no environment has all traffic: ${shares.join("; ")}`;
  }
  return `${environment} ${sides?.[environment].versions.join(" and ") || "(version unknown)"} serves 100 %`;
}

function sideLines(name: EnvironmentName, { versions, services }: RunningSide): string[] {
  const all = Object.entries(services);
  if (all.every(([, side]) => side === null)) return [`  ${name.padEnd(10)} nothing is deployed`];
  const counts = all.map(([service, side]) => {
    if (side === null) return `${service} is not deployed`;
    const images = side.digests.map((digest) => digest.slice(0, 19)).join(", ");
    return `${service} ${side.ready} of ${side.wanted} pods ready${images === "" ? "" : `, image ${images}`}`;
  });
  return [
    `  ${name.padEnd(10)} ${versions.join(" and ") || "no version runs"}: ${counts.join("; ")}`,
    ...all.flatMap(([, side]) => side?.troubles ?? []).map((it) => `  ${" ".repeat(10)} ${it}`),
  ];
}

function sayEndpoints({ service, leader, leads, endpoints }: SeenService): string {
  const parts = Object.entries(endpoints).filter(([, count]) => count > 0);
  const by = parts.map(([name, count]) => `${name} (${count} endpoints)`).join(" and ");
  const led = leads === "elsewhere" ? `, and ${leader} leads elsewhere` : "";
  return `${service} by ${by || "nobody"}${led}`;
}
