import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { deployerRole } from "../../components/kubernetes/deployerRole.ts";
import { cleanUp, type Places, placesOf } from "../../rehearsal/project.ts";
import { until } from "../../rehearsal/until.ts";
import { Problem } from "../../release/problem.ts";
import { ensureArgoRollouts } from "../../tools/argoRollouts.ts";
import { Follower } from "../../tools/kubernetes/follower.ts";
import { type Cluster, ensureKubernetes, startCluster } from "../../tools/kubernetes.ts";
import type { Toolchain } from "../../tools/toolchain.ts";
import { argo } from "./argo.ts";
import type { Contender } from "./contender.ts";
import { blueGreen, canary } from "./greenlight.ts";
import { images } from "./image.ts";
import { kubectlRolling } from "./kubectl.ts";
import { OtherParties } from "./otherParties.ts";
import { followedServices, freePorts, type Ports, prefixes } from "./ports.ts";
import type { Scale } from "./scale.ts";
import { Stack } from "./stack.ts";

const namespace = "shop";

export interface ClusterPlan {
  /** Where everything lies; removed at the end. */
  readonly home: string;
  readonly scale: Scale;
  readonly tools: Toolchain;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** A real control plane on which every contender has the first version deployed, in pods of its own that are alike. */
export class ComparedCluster {
  /** Names and versions of what is there besides. */
  readonly versions: Record<string, string> = {};
  readonly contenders: Contender[] = [];
  readonly #plan: ClusterPlan;
  readonly #config = new KubeConfig();
  /** Parts that were started, the last one to be ended first. */
  readonly #ends: (() => Promise<unknown>)[] = [];
  #auditLog = "";

  private constructor(plan: ClusterPlan) {
    this.#plan = plan;
  }

  /** What was started is ended when something does not start. */
  static async open(plan: ClusterPlan): Promise<ComparedCluster> {
    const it = new ComparedCluster(plan);
    try {
      await it.#start();
      return it;
    } catch (error) {
      await it.close();
      throw error;
    }
  }

  get auditLog(): string {
    return this.#auditLog;
  }

  /** Waits until no pod starts or stops and Argo's old pods are gone: nobody's work falls into another's time. */
  async settled(): Promise<void> {
    const core = this.#config.makeApiClient(CoreV1Api);
    const calm = async () => {
      const { items } = await core.listNamespacedPod({ namespace });
      const ofArgo = items.filter(({ metadata }) => metadata?.labels?.app === "argo-bluegreen");
      return ofArgo.length === this.#plan.scale.pods && items.every(isCalm);
    };
    if (await until(calm, 60_000, this.#plan.signal, 200)) return;
    throw new Problem({ happened: "Pods still start or stop a minute after a release." });
  }

  /** Ends everything, whatever one of the parts says, and removes the files. */
  async close(): Promise<void> {
    const complaints: unknown[] = [];
    for (const end of this.#ends.splice(0).reverse()) await end().catch((error: unknown) => complaints.push(error));
    if (complaints.length > 0) throw complaints[0];
  }

  async #start(): Promise<void> {
    const { home, scale, tools, say, signal } = this.#plan;
    const kubernetes = await ensureKubernetes({ progress: say, signal });
    const tool = await ensureArgoRollouts({ progress: say, signal });
    Object.assign(this.versions, { Kubernetes: kubernetes.version, "Argo Rollouts": tool.version });
    const places = { blueGreen: placesBelow(home, "blueGreen"), canary: placesBelow(home, "canary") };
    const remove = async () => {
      for (const it of Object.values(places)) await cleanUp(it);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    };
    // What a killed benchmark left, too.
    await remove();
    this.#ends.push(remove);
    mkdirSync(join(home, "desk"), { recursive: true });

    say("starting a control plane");
    const role = stringify(deployerRole(namespace));
    const folder = join(home, "control-plane");
    const cluster = await startCluster({ kubernetes, folder, pods: "left", deployer: { namespace, role }, signal });
    this.#ends.push(() => cluster.stop());
    this.#auditLog = cluster.auditLog;
    this.#config.loadFromFile(cluster.kubeconfig);
    const ports = await freePorts();
    const follower = await Follower.start({
      config: this.#config,
      namespace,
      images: images(scale.rounds, places.blueGreen.project),
      envoy: tools.envoy.path,
      folder: join(home, "envoys"),
      services: followedServices(ports),
      delayMs: scale.lagMs,
    });
    this.#ends.push(() => follower.stop());

    const ours = await this.#deployOurs("blueGreen", places.blueGreen, cluster, ports);
    const routed = await this.#deployOurs("canary", places.canary, cluster, ports);
    say("the first deployments of kubectl and of Argo Rollouts");
    const desk = { kubeconfig: cluster.kubeconfig, namespace, home: join(home, "desk"), signal };
    const parties = await OtherParties.deploy(
      this.#config,
      { kubectl: cluster.kubectl, argo: tool, pods: scale.pods },
      desk,
    );
    this.#ends.push(() => parties.stop());
    const { rollouts } = parties;
    this.contenders.push(
      argo("argo-bluegreen", { port: ports.others["argo-bluegreen"], tool, rollouts, desk }),
      kubectlRolling(cluster.kubectl, ports.others.rolling, desk),
      blueGreen(ours),
      argo("argo-canary", { port: ports.others["argo-canary"], tool, rollouts, desk }),
      canary(routed),
    );
  }

  async #deployOurs(of: keyof typeof prefixes, places: Places, cluster: Cluster, ports: Ports): Promise<Stack> {
    const { scale, tools, say, signal } = this.#plan;
    const routed = of === "canary";
    say(`the first deployment of ours, users ${routed ? "behind a Gateway" : "at a Service"}`);
    const { users, tests } = ports.stacks[of];
    const stack = new Stack(
      { places, tools, quick: false, signal, say },
      {
        kubeconfig: cluster.deployer ?? "",
        namespace,
        prefix: prefixes[of],
        routed,
        port: users,
        tests,
        scale,
      },
    );
    this.#ends.push(() => stack.commands.endAll());
    await stack.deploy();
    return stack;
  }
}

function placesBelow(home: string, of: keyof typeof prefixes): Places {
  const own = join(home, prefixes[of]);
  return placesOf(own, join(own, "project"));
}

function isCalm({ metadata, status }: V1Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  return metadata?.deletionTimestamp === undefined && ready === true;
}
