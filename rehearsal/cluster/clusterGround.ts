import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import pg from "pg";
import { stringify } from "yaml";
import { requirePlatform } from "../../cli/live.ts";
import type { Platform } from "../../cli/platform/platform.ts";
import { deployerRole } from "../../components/kubernetes/deployerRole.ts";
import { postgresServer } from "../../provider/local/postgresServer.ts";
import { Problem } from "../../release/problem.ts";
import { freePort } from "../../tools/freePort.ts";
import { Follower } from "../../tools/kubernetes/follower.ts";
import { PlayedStorage } from "../../tools/kubernetes/playedStorage.ts";
import { type Cluster, ensureKubernetes, startCluster } from "../../tools/kubernetes.ts";
import { PrometheusServer } from "../../tools/prometheus/server.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { complaint } from "../command.ts";
import { Ground, type GroundSettings } from "../ground.ts";
import type { LoadTarget } from "../load/client.ts";
import { shopTraffic } from "../load/shopTraffic.ts";
import { type ClusterPorts, makeClusterProject, namespace, prefix } from "./clusterProject.ts";
import { shopImages } from "./shopImages.ts";

/** How much later than the API's word requests go by it, ms; the stack's `endpointDelay` is twice that. */
export const usualLagMs = 1_000;

interface Parts {
  readonly cluster: Cluster;
  readonly follower: Follower;
  readonly storage: PlayedStorage;
  readonly prometheus: PrometheusServer;
  readonly ports: ClusterPorts;
  readonly databaseUrl: string;
  /** Names and versions. */
  readonly moreTools: Readonly<Record<string, string>>;
}

/** Parts that were started, the last one to be ended first. */
type Ends = (() => Promise<unknown>)[];

/**
 * What scenarios play on on Kubernetes: a real control plane whose nodes are played, the shop's processes as pods, an Envoy as the Gateway's
 * data plane, a PostgreSQL outside the cluster, and a Prometheus that reads what Envoy counts.
 */
export class ClusterGround extends Ground {
  readonly ratePerSecond = 150;
  readonly cluster: Cluster;
  readonly follower: Follower;
  readonly storage: PlayedStorage;
  readonly moreTools: Readonly<Record<string, string>>;
  readonly #ports: ClusterPorts;
  readonly #databaseUrl: string;
  readonly #ends: Ends;

  private constructor(settings: GroundSettings, parts: Parts, ends: Ends) {
    super(settings);
    this.cluster = parts.cluster;
    this.follower = parts.follower;
    this.storage = parts.storage;
    this.moreTools = parts.moreTools;
    this.#ports = parts.ports;
    this.#databaseUrl = parts.databaseUrl;
    this.#ends = ends;
  }

  /** Starts everything below the stack; nothing is deployed yet. What was started is ended when something does not start. */
  static async open(settings: GroundSettings): Promise<ClusterGround> {
    const ends: Ends = [];
    try {
      return new ClusterGround(settings, await startParts(settings, ends), ends);
    } catch (error) {
      await endAll(ends);
      throw error;
    }
  }

  /** Ends everything but the stack's own processes, which the stack ended. */
  async close(): Promise<void> {
    await endAll(this.#ends);
  }

  asked(): Promise<Platform> {
    return requirePlatform(this.context);
  }

  protected users(): LoadTarget[] {
    const { api, web } = this.#ports.users;
    return shopTraffic({ api: `http://127.0.0.1:${api}`, web: `http://127.0.0.1:${web}` });
  }

  /** Processes by what they are part of. */
  parts(): { readonly name: string; readonly pid: number }[] {
    return [
      ...this.cluster.pids.map((pid) => ({ name: "control plane", pid })),
      ...[...this.follower.pods.pids.values()].map((pid) => ({ name: "services", pid })),
    ];
  }

  /** Whether users of every service get an answer of it. */
  async answersUsers(): Promise<boolean> {
    const asks = Object.values(this.#ports.users).map(async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok;
    });
    return Promise.all(asks).then(
      (all) => all.every(Boolean),
      () => false,
    );
  }

  /** What somebody else does in the cluster, who may do everything. @throws Problem when it does not work */
  async kubectl(...args: string[]): Promise<string> {
    const all = [...args, "--kubeconfig", this.cluster.kubeconfig, "--namespace", namespace];
    const ran = await execa(this.cluster.kubectl, all, { reject: false, timeout: 60_000, stdin: "ignore" });
    if (ran.exitCode !== 0) {
      throw new Problem({ happened: `kubectl ${args.slice(0, 3).join(" ")} failed: ${ran.stderr.slice(0, 300)}` });
    }
    return ran.stdout;
  }

  /** Gives the cluster an object, as `kubectl apply` does. */
  async apply(object: object): Promise<void> {
    const all = ["apply", "-f", "-", "--kubeconfig", this.cluster.kubeconfig, "--namespace", namespace];
    await execa(this.cluster.kubectl, all, { input: JSON.stringify(object), timeout: 60_000 });
  }

  /** Changes the strategy of the stack, as a person does. */
  async strategyIs(kind: "blue-green" | "canary" | "rolling"): Promise<void> {
    const set = await this.pulumi("config", "set", "--path", "greenlight:strategy.kind", kind);
    if (set.exitCode !== 0) throw new Problem({ happened: `The strategy could not be set to ${kind}.` });
  }

  /** Blue/green again, with both sides at full size: a rolling release leaves one pod of the side that does not serve. */
  async atFullSize(): Promise<void> {
    await this.strategyIs("blue-green");
    const up = await this.pulumi("up", "--yes", "--skip-preview", "--suppress-outputs");
    if (up.exitCode !== 0) throw new Problem({ happened: `Both sides did not come to full size: ${complaint(up)}` });
  }

  /** Pods that each side of a service is told to run. */
  async replicas(service: string): Promise<Readonly<Record<"blue" | "green", number>>> {
    const of = async (side: string) =>
      Number(
        await this.kubectl("get", "deployment", `${prefix}-${service}-${side}`, "-o", "jsonpath={.spec.replicas}"),
      );
    return { blue: await of("blue"), green: await of("green") };
  }

  /** Runs one statement on the shop's database; its rows. */
  async query<T extends pg.QueryResultRow>(statement: string): Promise<readonly T[]> {
    const client = new pg.Client({ connectionString: this.#databaseUrl, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined); // the query in hand reports it
    try {
      await client.connect();
      return (await client.query<T>(statement)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function startParts({ places, signal, say }: GroundSettings, ends: Ends): Promise<Parts> {
  const kubernetes = await ensureKubernetes({ progress: say, signal });
  const { prometheus: tool } = await ensureToolchain({ want: ["prometheus"], progress: say, signal });
  const ports = await freePorts();
  const home = join(places.home, "cluster");
  mkdirSync(home, { recursive: true });
  say("starting a control plane, a database and a Prometheus");
  const role = stringify(deployerRole(namespace));
  const cluster = await startCluster({
    kubernetes,
    folder: join(home, "control-plane"),
    pods: "left",
    deployer: { namespace, role },
    signal,
  });
  ends.push(() => cluster.stop());
  const databaseUrl = await startDatabase(join(home, "database"), ports.database, signal, ends);
  const migrations = makeClusterProject(places, { kubeconfig: cluster.deployer ?? "", ports });
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  const { envoy } = await ensureToolchain({ want: ["envoy"], progress: say, signal });
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const follower = await Follower.start({
    config,
    namespace,
    images: shopImages({
      project: places.project,
      versions: migrations,
      databaseUrl,
      api: { blue: at(ports.api.blue), green: at(ports.api.green) },
    }),
    envoy: envoy.path,
    folder: join(home, "envoys"),
    kubelet: cluster.kubelet,
    services: (["api", "web"] as const).flatMap((name) => [
      {
        name: `${prefix}-${name}`,
        port: ports.users[name],
        route: `${prefix}-${name}`,
        backends: [`${prefix}-${name}-blue`, `${prefix}-${name}-green`] as const,
      },
      { name: `${prefix}-${name}-blue`, port: ports[name].blue },
      { name: `${prefix}-${name}-green`, port: ports[name].green },
    ]),
    delayMs: usualLagMs,
  });
  ends.push(() => follower.stop());
  const storage = await PlayedStorage.start(config, namespace);
  ends.push(async () => storage.stop());
  const prometheus = await PrometheusServer.start({
    prometheus: tool.path,
    folder: join(home, "prometheus"),
    port: ports.prometheus,
    targets: ["api", "web"].map((name) => follower.admins.get(`${prefix}-${name}`) ?? ""),
    metricsPath: "/stats/prometheus",
    everySeconds: 1,
    relabel: [asContourNamesThem],
  });
  ends.push(() => prometheus.stop());
  const moreTools = { Kubernetes: kubernetes.version, Prometheus: tool.version };
  return { cluster, follower, storage, prometheus, ports, databaseUrl, moreTools };
}

/** Contour calls an Envoy's cluster by namespace, Service and port. */
const asContourNamesThem = {
  source_labels: ["envoy_cluster_name"],
  regex: `${prefix}-(api|web)_(blue|green)`,
  target_label: "envoy_cluster_name",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus' own words for what the pattern caught.
  replacement: "shop_shop-${1}-${2}_8080",
};

/** By the platform of this machine's own resource: a server that is kept running, with a password. */
async function startDatabase(dir: string, port: number, signal: AbortSignal, ends: Ends): Promise<string> {
  const inputs = {
    dir,
    listen: "127.0.0.1",
    port,
    user: "shop",
    database: "shop",
    password: randomBytes(18).toString("base64url"),
  };
  const step = { urn: "rehearsal", name: "database", signal, tell: () => undefined };
  mkdirSync(join(dir, "processes"), { recursive: true });
  mkdirSync(join(dir, "logs"), { recursive: true });
  const end = { ...step, signal: new AbortController().signal };
  // Also what a killed rehearsal left.
  await postgresServer.delete(end, dir, inputs);
  ends.push(() => postgresServer.delete(end, dir, inputs));
  const { outputs } = await postgresServer.create(step, inputs);
  return String(Reflect.get(outputs, "url"));
}

async function freePorts(): Promise<ClusterPorts> {
  const sides = async () => ({ blue: await freePort(), green: await freePort() });
  return {
    users: { api: await freePort(), web: await freePort() },
    api: await sides(),
    web: await sides(),
    prometheus: await freePort(),
    database: await freePort(),
  };
}

/** Ends all of them, whatever one of them says; tells the first complaint at the end. */
async function endAll(ends: Ends): Promise<void> {
  const complaints: unknown[] = [];
  for (const end of ends.splice(0).reverse()) await end().catch((error: unknown) => complaints.push(error));
  if (complaints.length > 0) throw complaints[0];
}
