import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Pod } from "@kubernetes/client-node";
import { ContainerLog } from "./podLogs.ts";
import type { PodProcess } from "./podProcess.ts";
import type { ContainerFacts } from "./podStatus.ts";

/** A pod that a node holds. */
export class HeldPod {
  readonly uid: string;
  readonly ip: string;
  readonly startedAt = new Date();
  /** What is known of the containers that run before its own. */
  readonly before: ContainerFacts[] = [];
  restarts = 0;
  over = false;
  process: PodProcess | undefined;
  leaving = false;
  /** Statuses are told one after the other. */
  told: Promise<void> = Promise.resolve();
  latest: V1Pod;
  readonly #logs = new Map<string, ContainerLog>();
  #shared: string | undefined;

  constructor(pod: V1Pod, ip: string) {
    this.uid = pod.metadata?.uid ?? "";
    this.ip = ip;
    this.latest = pod;
  }

  /** The log of a container that begins. */
  beginLog(container: string): ContainerLog {
    const log = new ContainerLog();
    this.#logs.set(container, log);
    return log;
  }

  /** The log of a container; nothing before it began. */
  logOf(container: string): ContainerLog | undefined {
    return this.#logs.get(container);
  }

  /** Folder in place of a volume that the pod's containers share, for as long as it is held. */
  shared(volume: string): string {
    this.#shared ??= mkdtempSync(join(tmpdir(), "greenlight-pod-"));
    const folder = join(this.#shared, volume);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Nothing of it is left on the node. */
  letGo(): void {
    for (const log of this.#logs.values()) log.end();
    if (this.#shared !== undefined) rmSync(this.#shared, { recursive: true, force: true });
  }
}
