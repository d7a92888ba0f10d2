import { setMaxListeners } from "node:events";
import { join } from "node:path";
import {
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  type KubeConfig,
  type KubernetesObject,
  type V1EndpointSlice,
} from "@kubernetes/client-node";
import type { Images } from "../containerProcess.ts";
import { LateChanges } from "../follower/lateChanges.ts";
import { BalancerNode } from "../follower/node.ts";
import type { ServiceState } from "../follower/serviceState.ts";
import type { KubeletAddress } from "./follower/podLogs.ts";
import { Pods } from "./follower/pods.ts";
import { readyAddresses, routingOf, type WeighedRoute, weighedRoute } from "./follower/receivers.ts";
import { RouteConditions, routeKind } from "./follower/routeConditions.ts";
import { watched } from "./follower/watched.ts";

/** What users reach at one port: a Service, or the Services that an HTTPRoute weighs. */
export interface FollowedService {
  readonly name: string;
  /** Port on loopback that users reach. */
  readonly port: number;
  /** Name of the HTTPRoute whose weights hold; without it everything goes to the Service `name`. */
  readonly route?: string;
  /** The two Services of the route, the first one blue. Needed with `route`. */
  readonly backends?: readonly [string, string];
}

export interface FollowerSettings {
  /** A kubeconfig that may do what a kubelet does in the namespace. */
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly images: Images;
  /** Folders of this machine in place of PersistentVolumeClaims, by name. */
  readonly claims?: Readonly<Record<string, string>>;
  /** Envoy's executable. */
  readonly envoy: string;
  /** Where Envoys' files lie. */
  readonly folder: string;
  readonly services: readonly FollowedService[];
  /** From a change in the API until requests go by it: 0 to 60,000 ms; default 0. */
  readonly delayMs?: number;
  /** The cluster's `kubelet`: with it the API server answers for logs. */
  readonly kubelet?: KubeletAddress;
  readonly log?: (pod: string, line: string) => void;
}

/** A change that requests go by. */
export interface Applied {
  readonly service: string;
  /** Epoch ms at which the API told it, and at which requests began to go by it. */
  readonly seenAt: number;
  readonly appliedAt: number;
  readonly state: ServiceState;
}

/** What was seen of a Service, and is acted by later. */
interface Seen {
  readonly seenAt: number;
  readonly state: ServiceState;
  /** The state as text, by which it is compared. */
  readonly text: string;
  readonly route: WeighedRoute | undefined;
  readonly missing: readonly string[];
  readonly strange: readonly string[];
}

const longestDelayMs = 60_000;
const none = { blue: 0, green: 0 };

/**
 * Stands for the nodes of a cluster whose pods are `left`: runs a process for each pod, and sends real requests to those that
 * the API says are ready, by the weights that it says, as late as it is told to. It watches; nothing is asked again and again.
 */
export class Follower {
  readonly pods: Pods;
  readonly #settings: FollowerSettings;
  readonly #abort: AbortController;
  readonly #nodes: BalancerNode[] = [];
  readonly #admins = new Map<string, string>();
  readonly #slices = new Map<string, V1EndpointSlice>();
  readonly #routes = new Map<string, WeighedRoute>();
  /** Names of the Services that there are. */
  readonly #services = new Set<string>();
  readonly #conditions: RouteConditions;
  readonly #applied: Applied[] = [];
  readonly #told = new Map<string, () => void>();
  #delayMs: number;

  private constructor(settings: FollowerSettings, pods: Pods, abort: AbortController) {
    this.#settings = settings;
    this.pods = pods;
    this.#abort = abort;
    this.#conditions = new RouteConditions(settings.config, settings.namespace, abort.signal);
    this.#delayMs = checkedDelay(settings.delayMs ?? 0);
  }

  /** Runs the pods that there are, and serves each Service's port. */
  static async start(settings: FollowerSettings): Promise<Follower> {
    const abort = new AbortController();
    // Each watch and each wait of each Service listens.
    setMaxListeners(0, abort.signal);
    const { config, namespace, images, claims, log, kubelet } = settings;
    const pods = await Pods.start({ config, namespace, images, claims, log, kubelet, signal: abort.signal });
    const follower = new Follower(settings, pods, abort);
    try {
      await follower.#watch();
      for (const service of settings.services) await follower.#serve(service);
    } catch (error) {
      await follower.stop();
      throw error;
    }
    return follower;
  }

  /** Changes the delay for what is seen from now on. */
  set delayMs(value: number) {
    this.#delayMs = checkedDelay(value);
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  /** `host:port` of the admin page of each Service's Envoy, by its name. */
  get admins(): ReadonlyMap<string, string> {
    return this.#admins;
  }

  /** Every change that requests went by, in order. */
  get applied(): readonly Applied[] {
    return this.#applied;
  }

  /** Ends Envoys and every process. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#nodes.map((node) => node.stop()));
    await this.pods.stop();
  }

  async #watch(): Promise<void> {
    const { config, namespace, services } = this.#settings;
    const { signal } = this.#abort;
    const discovery = config.makeApiClient(DiscoveryV1Api);
    const slicesPath = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
    const slices = () => discovery.listNamespacedEndpointSlice({ namespace });
    await watched(config, slicesPath, slices, signal, (slice, gone) => {
      const name = slice.metadata?.name ?? "";
      if (gone) this.#slices.delete(name);
      else this.#slices.set(name, slice);
      this.#changed();
    });
    if (!services.some(({ route }) => route !== undefined)) return;
    const core = config.makeApiClient(CoreV1Api);
    const named = () => core.listNamespacedService({ namespace });
    await watched(config, `/api/v1/namespaces/${namespace}/services`, named, signal, ({ metadata }, gone) => {
      if (gone) this.#services.delete(metadata?.name ?? "");
      else this.#services.add(metadata?.name ?? "");
      this.#changed();
    });
    const custom = config.makeApiClient(CustomObjectsApi);
    const routesPath = `/apis/${routeKind.group}/${routeKind.version}/namespaces/${namespace}/${routeKind.plural}`;
    const routes = async () =>
      (await custom.listNamespacedCustomObject({ ...routeKind, namespace })) as { items: KubernetesObject[] };
    await watched(config, routesPath, routes, signal, (route, gone) => {
      const name = route.metadata?.name ?? "";
      if (gone) this.#routes.delete(name);
      else this.#routes.set(name, weighedRoute(route));
      this.#changed();
    });
  }

  async #serve(service: FollowedService): Promise<void> {
    const { envoy, folder } = this.#settings;
    const { signal } = this.#abort;
    const first = this.#stateOf(service);
    const at = { folder: join(folder, service.name), envoy, service: service.name, port: service.port, signal };
    const node = await BalancerNode.start(at, first);
    this.#nodes.push(node);
    this.#admins.set(service.name, node.admin);
    let applied = JSON.stringify(first);
    const changes = new LateChanges<Seen>(async ({ seenAt, state, text, route, ...conditions }) => {
      if (text !== applied) {
        await node.apply(state);
        applied = text;
        this.#applied.push({ service: service.name, seenAt, appliedAt: Date.now(), state });
      }
      if (route !== undefined) void this.#conditions.tell(service.route ?? "", route, conditions);
    }, signal);
    let last = "";
    const look = () => {
      const state = this.#stateOf(service);
      const text = JSON.stringify(state);
      const route = service.route === undefined ? undefined : this.#routes.get(service.route);
      const missing = route === undefined ? [] : this.#missing(service, route);
      const strange = route === undefined ? [] : this.#strange(service, route);
      const all = JSON.stringify([text, route?.generation, missing, strange]);
      if (all === last) return;
      last = all;
      const seenAt = Date.now();
      changes.add({ seenAt, state, text, route, missing, strange }, seenAt + this.#delayMs);
    };
    this.#told.set(service.name, look);
    look();
  }

  /** Services that a route forwards to and that are not there, or that nobody told of here. */
  #missing({ backends }: FollowedService, route: WeighedRoute): string[] {
    const known: readonly string[] = backends ?? [];
    return [...new Set([...route.backends, ...route.byHeader].map(({ service }) => service))].filter(
      (name) => !known.includes(name) || !this.#services.has(name),
    );
  }

  /** What of a route is not played here. */
  #strange({ backends }: FollowedService, route: WeighedRoute): readonly string[] {
    const [blue = "", green = ""] = backends ?? [];
    return routingOf(route, { blue, green }).strange;
  }

  #changed(): void {
    for (const look of this.#told.values()) look();
  }

  #stateOf(service: FollowedService): ServiceState {
    if (service.route === undefined) {
      const blue = this.#portsOf(service.name);
      return { weights: blue.length === 0 ? none : { blue: 100, green: 0 }, ports: { blue, green: [] } };
    }
    const [first, second] = service.backends ?? [];
    if (first === undefined || second === undefined)
      throw new Error(`The route of ${service.name} needs two backends.`);
    const route = this.#routes.get(service.route);
    const weighed = route?.backends;
    const weight = (name: string) => weighed?.find((it) => it.service === name)?.weight ?? 0;
    const all = weight(first) + weight(second);
    const share = all === 0 ? 0 : Math.round((100 * weight(first)) / all);
    const weights = all === 0 ? none : { blue: share, green: 100 - share };
    const ports = { blue: this.#portsOf(first), green: this.#portsOf(second) };
    if (route === undefined) return { weights, ports };
    const { strange, ...routing } = routingOf(route, { blue: first, green: second });
    return { weights, ports, ...routing };
  }

  #portsOf(service: string): number[] {
    const slices = [...this.#slices.values()].filter(
      ({ metadata }) => metadata?.labels?.["kubernetes.io/service-name"] === service,
    );
    return readyAddresses(slices)
      .flatMap((address) => this.pods.portOf(address) ?? [])
      .sort((a, b) => a - b);
  }
}

function checkedDelay(ms: number): number {
  if (ms >= 0 && ms <= longestDelayMs) return ms;
  throw new Error(`The delay is ${ms} ms; expected 0 to ${longestDelayMs}.`);
}
