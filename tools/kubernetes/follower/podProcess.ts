import { setTimeout as pause } from "node:timers/promises";
import type { V1Container, V1Pod, V1Probe } from "@kubernetes/client-node";
import { within } from "../../../release/within.ts";
import { ContainerProcess, type LocalCommand } from "../../containerProcess.ts";
import type { ContainerFacts } from "./podStatus.ts";

/** Pauses before a container that ended is started again: as a kubelet's, but a tenth as long. */
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export interface PodProcessSettings {
  readonly pod: V1Pod;
  readonly container: V1Container;
  readonly command: LocalCommand;
  /** Port on loopback that the process listens on, in place of the container's own. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  /** Told at each change. */
  readonly changed: (facts: ContainerFacts) => void;
}

/** Runs a pod's container as a process of this machine: starts it, probes it, and starts it again when it ends. */
export class PodProcess {
  readonly #settings: PodProcessSettings;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #process: ContainerProcess | undefined;

  constructor(settings: PodProcessSettings) {
    this.#settings = settings;
    this.#running = this.#run();
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when nothing of it runs, and nothing will. */
  get done(): Promise<void> {
    return this.#running;
  }

  /** Lets its preStop pass, asks it to end, and makes it end when its grace is over. */
  async stop(graceMs: number): Promise<void> {
    const deadline = Date.now() + graceMs;
    const preStopMs = 1000 * (this.#settings.container.lifecycle?.preStop?.sleep?.seconds ?? 0);
    if (this.#process !== undefined) await pause(Math.min(preStopMs, graceMs));
    this.#abort.abort();
    await this.#process?.stop(Math.max(0, deadline - Date.now()));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const { pod, container, command, port, env, log, changed } = this.#settings;
    const policy = pod.spec?.restartPolicy ?? "Always";
    let last: ContainerFacts["last"];
    for (let restarts = 0; !signal.aborted; restarts++) {
      const startedAt = new Date();
      const args = [...(container.command ?? []).slice(1), ...(container.args ?? [])];
      const process_ = new ContainerProcess(command, { args, env, port }, log);
      this.#process = process_;
      const tell = (ready: boolean) => changed({ state: { running: { startedAt } }, last, restarts, ready });
      const over = new AbortController();
      const probing = this.#probe(AbortSignal.any([signal, over.signal]), tell);
      const exitCode = await process_.ended;
      over.abort();
      await probing;
      if (signal.aborted) return;
      const reason = exitCode === 0 ? "Completed" : "Error";
      const terminated = { exitCode, reason, startedAt, finishedAt: new Date() };
      if (policy === "Never" || (policy === "OnFailure" && exitCode === 0)) {
        changed({ state: { terminated }, last, restarts, ready: false });
        return;
      }
      last = { terminated };
      const pauseMs = Math.min(firstPauseMs * 2 ** restarts, longestPauseMs);
      const message = `back-off ${pauseMs / 1000}s restarting failed container=${container.name}`;
      const waiting = { reason: "CrashLoopBackOff", message };
      changed({ state: { waiting }, last, restarts: restarts + 1, ready: false });
      await pause(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Tells when it is ready, and no longer is; without a probe it is ready as soon as it runs. */
  async #probe(signal: AbortSignal, tell: (ready: boolean) => void): Promise<void> {
    const { container, port } = this.#settings;
    const probe = container.readinessProbe ?? container.startupProbe;
    let ready = probe === undefined;
    tell(ready);
    if (probe === undefined) return;
    let [good, bad] = [0, 0];
    await pause(1000 * (probe.initialDelaySeconds ?? 0), undefined, { signal }).catch(() => {});
    while (!signal.aborted) {
      if (await answers(probe, port, signal)) [good, bad] = [good + 1, 0];
      else [good, bad] = [0, bad + 1];
      const next = ready ? bad < (probe.failureThreshold ?? 3) : good >= (probe.successThreshold ?? 1);
      if (next !== ready && !signal.aborted) tell(next);
      ready = next;
      // While it is not ready yet it is asked more often, so that a short test need not wait for a long period.
      const periodMs = ready ? 1000 * (probe.periodSeconds ?? 10) : 100;
      await pause(periodMs, undefined, { signal }).catch(() => {});
    }
  }
}

async function answers({ httpGet, timeoutSeconds }: V1Probe, port: number, signal: AbortSignal): Promise<boolean> {
  // Other probes cannot be made from outside the process; that it runs is then all there is to know.
  if (httpGet === undefined) return true;
  const url = `http://127.0.0.1:${port}${httpGet.path ?? "/"}`;
  return await within(1000 * (timeoutSeconds ?? 1), signal, async (patience) => {
    const answer = await fetch(url, { signal: patience, redirect: "manual" });
    await answer.arrayBuffer();
    return answer.status < 400;
  }).catch(() => false);
}
