import { setTimeout as pause } from "node:timers/promises";
import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Container,
  type V1Pod,
} from "@kubernetes/client-node";
import { sentence } from "../../../release/problem.ts";
import type { Images } from "../../containerProcess.ts";
import { freePort } from "../../freePort.ts";
import { HeldPod } from "./heldPod.ts";
import { podEnvironment } from "./podEnvironment.ts";
import { type KubeletAddress, servePodLogs } from "./podLogs.ts";
import { PodProcess } from "./podProcess.ts";
import { type ContainerFacts, initializing, podStatus } from "./podStatus.ts";
import { watched } from "./watched.ts";

export interface PodsSettings {
  readonly config: KubeConfig;
  readonly namespace: string;
  /** What runs in place of an image. An image that it does not know cannot be pulled. */
  readonly images: Images;
  /** Where logs are served; without it the API has none. */
  readonly kubelet?: KubeletAddress | undefined;
  /** Folders of this machine in place of PersistentVolumeClaims, by name. */
  readonly claims?: Readonly<Record<string, string>> | undefined;
  /** Told each line that a pod's process writes. */
  readonly log?: ((pod: string, line: string) => void) | undefined;
  readonly signal: AbortSignal;
}

const defaultGraceSeconds = 30;
/** From a pull that failed until it is told that the next one waits: a tenth of a kubelet's. */
const pullPauseMs = 1_000;
const askAgainMs = 200;

/**
 * Stands for the kubelets of a cluster whose pods are `left`: each pod that is bound to a node runs as one process of this
 * machine, is told as ready when its probe says so, and ends by its preStop and grace before its object goes.
 */
export class Pods {
  readonly #settings: PodsSettings;
  readonly #core: CoreV1Api;
  readonly #held = new Map<string, HeldPod>();
  readonly #ports = new Map<string, number>();
  readonly #leaving = new Set<Promise<void>>();
  #logs: Awaited<ReturnType<typeof servePodLogs>> | undefined;
  #count = 0;
  #complaint: string | undefined;

  private constructor(settings: PodsSettings) {
    this.#settings = settings;
    this.#core = settings.config.makeApiClient(CoreV1Api);
  }

  static async start(settings: PodsSettings): Promise<Pods> {
    const pods = new Pods(settings);
    const { namespace, kubelet } = settings;
    if (kubelet !== undefined)
      pods.#logs = await servePodLogs(kubelet, (name, container) => pods.#named(name)?.logOf(container));
    const list = () => pods.#core.listNamespacedPod({ namespace });
    await watched(settings.config, `/api/v1/namespaces/${namespace}/pods`, list, settings.signal, (pod, gone) => {
      pods.#see(pod, gone);
    });
    return pods;
  }

  /** Port on loopback of the process behind a pod's address. */
  portOf(podIP: string): number | undefined {
    return this.#ports.get(podIP);
  }

  /** Process ids by names of pods, of those that run now. */
  get pids(): ReadonlyMap<string, number> {
    const running = [...this.#held.values()].flatMap(({ latest, process, over }) =>
      process?.pid === undefined || over ? [] : [[latest.metadata?.name ?? "", process.pid] as const],
    );
    return new Map(running);
  }

  /** Why the API server took a status not, if so; the process runs on. */
  get complaint(): string | undefined {
    return this.#complaint;
  }

  /** Ends every process at once, as a machine that is switched off. */
  async stop(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ process }) => process?.stop(0)));
    await Promise.allSettled(this.#leaving);
    for (const held of this.#held.values()) held.letGo();
    this.#logs?.close();
    this.#logs?.closeAllConnections();
  }

  #see(pod: V1Pod, gone: boolean): void {
    const uid = pod.metadata?.uid ?? "";
    const held = this.#held.get(uid);
    if (held !== undefined) held.latest = pod;
    if (gone) {
      if (held !== undefined && !held.leaving) this.#leave(held, 0);
    } else if (pod.metadata?.deletionTimestamp !== undefined) {
      const grace = pod.metadata.deletionGracePeriodSeconds ?? defaultGraceSeconds;
      if (held === undefined) this.#leave(this.#hold(pod), 0);
      else if (!held.leaving) this.#leave(held, 1000 * grace);
    } else if (held === undefined && pod.spec?.nodeName !== undefined && !isOver(pod)) {
      const here = this.#hold(pod);
      here.told = this.#start(here).catch((error: unknown) => {
        this.#complaint = sentence(error);
      });
    }
  }

  #named(name: string): HeldPod | undefined {
    return [...this.#held.values()].find(({ latest }) => latest.metadata?.name === name);
  }

  #hold(pod: V1Pod): HeldPod {
    this.#count++;
    const ip = `10.244.${Math.floor(this.#count / 250)}.${(this.#count % 250) + 2}`;
    const held = new HeldPod(pod, ip);
    this.#held.set(held.uid, held);
    return held;
  }

  async #start(held: HeldPod): Promise<void> {
    const pod = held.latest;
    for (const [index, first] of (pod.spec?.initContainers ?? []).entries()) {
      if (!(await this.#runBefore(held, first, index))) return;
    }
    const [container] = pod.spec?.containers ?? [];
    if (container === undefined) return;
    const prepared = await this.#prepare(held, container, (facts) => this.#tell(held, facts));
    if (prepared === undefined || held.leaving) return;
    const { log } = prepared;
    held.process = new PodProcess({
      pod,
      container,
      ...prepared,
      log: (line) => {
        log.add(line);
        this.#settings.log?.(pod.metadata?.name ?? "", line);
      },
      changed: (facts) => {
        // The lines of a run stay readable as the ones before while the next one is not there yet.
        if (facts.state.running !== undefined && facts.restarts > held.restarts) {
          held.restarts = facts.restarts;
          log.turn();
        }
        if (facts.state.terminated !== undefined) {
          held.over = true;
          log.end();
        }
        held.told = held.told.then(async () => await this.#tell(held, facts));
      },
    });
  }

  /** Runs one of those that come before a pod's own container. @returns whether it ended well, and the next one's turn has come */
  async #runBefore(held: HeldPod, container: V1Container, index: number): Promise<boolean> {
    if (held.latest.spec?.restartPolicy !== "Never") {
      throw new Error(
        "Containers that run before others are followed in pods that are never restarted, and in no other.",
      );
    }
    const tell = async (facts: ContainerFacts) => {
      held.before[index] = facts;
      await this.#tell(held, initializing);
    };
    const prepared = await this.#prepare(held, container, tell);
    if (prepared === undefined || held.leaving) return false;
    let ended: ContainerFacts | undefined;
    let told = Promise.resolve();
    held.process = new PodProcess({
      pod: held.latest,
      container,
      ...prepared,
      log: (line) => prepared.log.add(line),
      changed: (facts) => {
        if (facts.state.terminated === undefined) told = told.then(() => tell(facts));
        else ended = facts;
      },
    });
    await held.process.done;
    prepared.log.end();
    await told;
    if (ended === undefined) return false;
    await tell(ended);
    return ended.state.terminated?.exitCode === 0 && !held.leaving;
  }

  /** What a container needs to run; nothing where it cannot be started, which is told then. */
  async #prepare(held: HeldPod, container: V1Container, tell: (facts: ContainerFacts) => Promise<void>) {
    const pod = held.latest;
    const image = container.image ?? "";
    const command = this.#settings.images(image, pod.metadata?.labels);
    if (command === undefined) {
      await this.#cannotPull(held, image, tell);
      return undefined;
    }
    const port = await freePort();
    this.#ports.set(held.ip, port);
    const env = await podEnvironment(this.#core, pod, container, this.#settings.claims ?? {}, (volume) =>
      held.shared(volume),
    );
    if (typeof env === "string") {
      await tell(waitingFor("CreateContainerConfigError", env));
      return undefined;
    }
    return { command, port, env, log: held.beginLog(container.name) };
  }

  /** Told as a kubelet does: the failure, then that it waits before it tries again. */
  async #cannotPull(held: HeldPod, image: string, tell: (facts: ContainerFacts) => Promise<void>): Promise<void> {
    const message = `failed to pull image "${image}": not found`;
    await tell(waitingFor("ErrImagePull", message));
    await pause(pullPauseMs, undefined, { signal: this.#settings.signal }).catch(() => {});
    if (held.leaving || this.#settings.signal.aborted) return;
    await tell(waitingFor("ImagePullBackOff", `Back-off pulling image "${image}": ErrImagePull: ${message}`));
  }

  async #tell(held: HeldPod, facts: ContainerFacts): Promise<void> {
    const { latest: pod, ip: podIP, startedAt } = held;
    const [container] = pod.spec?.containers ?? [];
    if (container === undefined) return;
    const { name = "", namespace = "" } = pod.metadata ?? {};
    const body = {
      metadata: { uid: held.uid },
      status: podStatus(pod, container, facts, { podIP, startedAt }, held.before),
    };
    const merged = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);
    await this.#asked(async () => await this.#core.patchNamespacedPodStatus({ name, namespace, body }, merged));
  }

  /** Asks the API server, again while it is not there: as a kubelet, which loses nothing of what it has to say. */
  async #asked(request: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#settings;
    while (!signal.aborted) {
      try {
        await request();
        this.#complaint = undefined;
        return;
      } catch (error) {
        if (isGone(error)) return;
        this.#complaint = sentence(error);
        if (isAnswer(error)) return;
      }
      await pause(askAgainMs, undefined, { signal }).catch(() => {});
    }
  }

  #leave(held: HeldPod, graceMs: number): void {
    held.leaving = true;
    const left = this.#end(held, graceMs).catch((error: unknown) => {
      if (!isGone(error)) this.#complaint = sentence(error);
    });
    this.#leaving.add(left);
    void left.then(() => this.#leaving.delete(left));
  }

  async #end(held: HeldPod, graceMs: number): Promise<void> {
    await held.process?.stop(graceMs);
    await held.told;
    held.letGo();
    this.#held.delete(held.uid);
    this.#ports.delete(held.ip);
    const { name = "", namespace = "" } = held.latest.metadata ?? {};
    const body = { gracePeriodSeconds: 0, preconditions: { uid: held.uid } };
    await this.#asked(async () => await this.#core.deleteNamespacedPod({ name, namespace, body }));
  }
}

function waitingFor(reason: string, message: string): ContainerFacts {
  return { state: { waiting: { reason, message } }, last: undefined, restarts: 0, ready: false };
}

function isOver({ status }: V1Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === 404 || error.code === 409);
}

/** Whether the API server said no, and is not just starting. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "number" && error.code < 500;
}
