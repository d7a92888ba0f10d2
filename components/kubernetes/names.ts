import { createHash } from "node:crypto";
import type { JobName } from "../../provider/kubernetes/jobInputs.ts";
import type { RouteBackends } from "../../provider/kubernetes/route.ts";
import type { SwitchedService } from "../../provider/kubernetes/switching.ts";
import type { EnvironmentName } from "../../release/environment.ts";

/** The name of a service's objects in an environment; without one, of the Service or HTTPRoute that leads users. */
export function objectName(prefix: string, service: string, environment?: EnvironmentName): string {
  return environment === undefined ? `${prefix}-${service}` : `${prefix}-${service}-${environment}`;
}

/** Names are labels of DNS, and a Job's is a label of its pods. */
const longest = 63;

/** The name of something that is made once for a version: a-z, 0-9 and -, whatever the version is called. */
export function releaseName(prefix: string, what: string, version: string): string {
  const plain = version.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const name = `${prefix}-${what}-${plain}`.replace(/-+$/, "");
  // Two versions must not share a name by being cut, or by what they are called: v1.2 and v1-2.
  if (name.length <= longest && /^[a-z0-9]+(\.[a-z0-9]+)*$/.test(version)) return name;
  const digest = createHash("sha256").update(version).digest("hex").slice(0, 8);
  return `${name.slice(0, longest - 9).replace(/-+$/, "")}-${digest}`;
}

/** The label that says which environment a pod belongs to. The selector of the live Service differs in it alone. */
export const environmentLabel = "greenlight/environment";

/** A Job of a stack, found by a label of its own. No Service finds its pods: users never reach them. */
export function jobNamed(prefix: string, name: string): JobName {
  return { name, labels: { ...stackLabels(prefix), "greenlight/job": name } };
}

/** What everything of a stack bears. */
export function stackLabels(prefix: string): Record<string, string> {
  return { "app.kubernetes.io/instance": prefix };
}

/** What every object of a service bears, and what its pods are found by. */
export function serviceLabels(prefix: string, service: string): Record<string, string> {
  return { ...stackLabels(prefix), "app.kubernetes.io/name": service };
}

/** What the pods of a service in one environment are found by. It never changes: a Deployment cannot change its selector. */
export function podSelector(prefix: string, service: string, environment: EnvironmentName): Record<string, string> {
  return { ...serviceLabels(prefix, service), [environmentLabel]: environment };
}

/** What a service's HTTPRoute forwards to. @param port of the service */
export function backendsOf(prefix: string, service: string, port: number): RouteBackends {
  return { blue: objectName(prefix, service, "blue"), green: objectName(prefix, service, "green"), port };
}

/**
 * What shares a service's traffic: the weights of a Gateway's HTTPRoute; nobody, where a live Service leads to one side; or the pods of both
 * sides, where it leads to both.
 */
export type LedBy = "route" | "side" | "pods";

/**
 * What leads the users of each service, and what the pods of each environment are found by; in the order in which they switch.
 *
 * @param services port of each service, by name
 */
export function switchedServices(
  prefix: string,
  services: Readonly<Record<string, number>>,
  ledBy: LedBy,
): SwitchedService[] {
  return Object.entries(services).map(([service, port]) => ({
    service,
    name: objectName(prefix, service),
    blue: podSelector(prefix, service, "blue"),
    green: podSelector(prefix, service, "green"),
    ...(ledBy === "route" ? { route: backendsOf(prefix, service, port) } : {}),
    ...(ledBy === "pods" ? { both: serviceLabels(prefix, service) } : {}),
  }));
}
