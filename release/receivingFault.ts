import { type EnvironmentName, environmentNames, other, type Weights } from "./environment.ts";

/** What one environment has to answer a service's requests with: tasks behind a load balancer, pods, processes. */
export interface Servers {
  readonly of: number;
  /** Those that may take requests. */
  readonly ready: number;
  /** What keeps another from it, in the platform's own words. */
  readonly trouble?: string | undefined;
}

/** What the platform calls them, such as `{ one: "pod", many: "pods", fit: "ready" }`. */
export interface ServerWords {
  readonly one: string;
  readonly many: string;
  readonly fit: string;
}

/**
 * Why an environment that would receive more traffic than before is not fit to: it has nothing for the service, something that may not
 * take requests, or less than what serves now. Undefined when it is fit, or receives no more.
 *
 * @param before shares of traffic as they are; 0 and 0 where nobody knows
 * @param needed what each environment needs for its share, where that is less than what serves now (rolling)
 */
export function receivingFault(
  service: string,
  before: Weights,
  after: Weights,
  servers: Readonly<Record<EnvironmentName, Servers>>,
  { one, many, fit }: ServerWords,
  needed?: Readonly<Record<EnvironmentName, number>>,
): string | undefined {
  for (const name of environmentNames) {
    if (after[name] <= before[name]) continue;
    const { of, ready, trouble } = servers[name];
    if (of === 0) return `${name} has no ${one} for ${service}`;
    if (ready < of) {
      return `${ready} of ${of} ${many} of ${service} in ${name} are ${fit}${trouble === undefined ? "" : ` (${trouble})`}`;
    }
    if (needed !== undefined) {
      if (ready >= needed[name]) continue;
      return `${name} has ${ready} ${many} for ${service} where its share of the traffic takes ${needed[name]}`;
    }
    const serving = servers[other(name)].ready;
    if (before[other(name)] > 0 && ready < serving) {
      return `${name} has ${ready} ${many} for ${service} where ${serving} serve now`;
    }
  }
  return undefined;
}
