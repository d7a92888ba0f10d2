import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { stringify } from "yaml";
import { deployerRole } from "../../components/kubernetes/deployerRole.ts";
import { Problem } from "../../release/problem.ts";
import { freePort } from "../../tools/freePort.ts";
import { Follower } from "../../tools/kubernetes/follower.ts";
import { PlayedStorage } from "../../tools/kubernetes/playedStorage.ts";
import { type Cluster, ensureKubernetes, startCluster } from "../../tools/kubernetes.ts";
import { PrometheusServer } from "../../tools/prometheus/server.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { type Ends, endAll } from "../followed/ends.ts";
import { FollowedGround, type ShopPorts } from "../followed/followedGround.ts";
import { freeShopPorts } from "../followed/freeShopPorts.ts";
import { partsIn } from "../followed/rehearseFollowed.ts";
import { ShopDatabase } from "../followed/shopDatabase.ts";
import { shopImages } from "../followed/shopImages.ts";
import type { GroundSettings } from "../ground.ts";
import { makeClusterProject, namespace, prefix, usualLagMs } from "./clusterProject.ts";

interface Parts {
  readonly cluster: Cluster;
  readonly follower: Follower;
  readonly storage: PlayedStorage;
  readonly prometheus: PrometheusServer;
  readonly ports: ShopPorts;
  readonly database: ShopDatabase;
  /** Names and versions. */
  readonly moreTools: Readonly<Record<string, string>>;
}

/**
 * What scenarios play on on Kubernetes: a real control plane whose nodes are played, the shop's processes as pods, an Envoy as the Gateway's
 * data plane, a PostgreSQL outside the cluster, and a Prometheus that reads what Envoy counts.
 */
export class ClusterGround extends FollowedGround {
  readonly ratePerSecond = 150;
  readonly usualLagMs = usualLagMs;
  readonly cluster: Cluster;
  readonly follower: Follower;
  readonly storage: PlayedStorage;
  readonly moreTools: Readonly<Record<string, string>>;

  private constructor(settings: GroundSettings, parts: Parts, ends: Ends) {
    super(settings, parts, ends);
    this.cluster = parts.cluster;
    this.follower = parts.follower;
    this.storage = parts.storage;
    this.moreTools = parts.moreTools;
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

  /** Processes by what they are part of. */
  parts(): { readonly name: string; readonly pid: number }[] {
    return [
      ...this.cluster.pids.map((pid) => ({ name: "control plane", pid })),
      ...[...this.follower.pods.pids.values()].map((pid) => ({ name: "services", pid })),
    ];
  }

  async snapshots(): Promise<readonly string[]> {
    return [...this.storage.taken];
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

  /** Pods that each side of a service is told to run. */
  async instances(service: string): Promise<Readonly<Record<"blue" | "green", number>>> {
    const of = async (side: string) =>
      Number(
        await this.kubectl("get", "deployment", `${prefix}-${service}-${side}`, "-o", "jsonpath={.spec.replicas}"),
      );
    return { blue: await of("blue"), green: await of("green") };
  }
}

async function startParts({ places, signal, say }: GroundSettings, ends: Ends): Promise<Parts> {
  const kubernetes = await ensureKubernetes({ progress: say, signal });
  const { prometheus: tool } = await ensureToolchain({ want: ["prometheus"], progress: say, signal });
  const ports = await freeShopPorts();
  const prometheusPort = await freePort();
  const home = partsIn(places);
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
  const database = await ShopDatabase.start(join(home, "database"), await freePort(), signal, ends);
  const migrations = makeClusterProject(places, { kubeconfig: cluster.deployer ?? "", ports, prometheusPort });
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
      databaseUrl: database.url,
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
    port: prometheusPort,
    targets: ["api", "web"].map((name) => follower.admins.get(`${prefix}-${name}`) ?? ""),
    metricsPath: "/stats/prometheus",
    everySeconds: 1,
    relabel: [asContourNamesThem],
  });
  ends.push(() => prometheus.stop());
  const moreTools = { Kubernetes: kubernetes.version, Prometheus: tool.version };
  return { cluster, follower, storage, prometheus, ports, database, moreTools };
}

/** Contour calls an Envoy's cluster by namespace, Service and port. */
const asContourNamesThem = {
  source_labels: ["envoy_cluster_name"],
  regex: `${prefix}-(api|web)_(blue|green)`,
  target_label: "envoy_cluster_name",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus' own words for what the pattern caught.
  replacement: "shop_shop-${1}-${2}_8080",
};
