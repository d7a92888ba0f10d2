import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { TaskDefinition } from "@aws-sdk/client-ecs";
import type { Targets } from "../targets.ts";
import { type Surroundings, Task } from "./task.ts";

/** What of a service moto does not keep, or cannot know. */
export interface ServiceFacts {
  readonly arn: string;
  readonly cluster: string;
  readonly name: string;
  readonly launchType: string | undefined;
  desiredCount: number;
  loadBalancers: readonly { targetGroupArn?: string; containerName?: string; containerPort?: number }[];
  deploymentConfiguration: {
    maximumPercent?: number;
    minimumHealthyPercent?: number;
    deploymentCircuitBreaker?: { enable: boolean; rollback: boolean };
  };
  healthCheckGracePeriodSeconds: number | undefined;
  /** Told back as it was given. */
  kept: Record<string, unknown>;
}

type Rollout = "IN_PROGRESS" | "COMPLETED" | "FAILED";

interface Deployment {
  readonly id: string;
  readonly definition: TaskDefinition;
  readonly createdAt: number;
  rollout: Rollout;
  reason: string;
  failed: number;
}

/** Failures after which the circuit breaker gives a deployment up; as with ECS, half the tasks, at least 3. */
const breakerThreshold = (desired: number): number => Math.min(200, Math.max(3, Math.ceil(desired / 2)));

/** A service whose tasks run: keeps as many as are wanted, replaces them on a deployment, goes back when that fails. */
export class DeployedService {
  readonly facts: ServiceFacts;
  readonly #around: Surroundings;
  readonly #targets: Targets;
  readonly #speed: number;
  readonly #abort = new AbortController();
  #deployments: Deployment[] = [];
  #tasks: { readonly task: Task; readonly deployment: Deployment; unfit?: boolean }[] = [];
  #events: { id: string; createdAt: number; message: string }[] = [];
  #working: Promise<void> | undefined;
  #again = false;

  constructor(facts: ServiceFacts, around: Surroundings, targets: Targets, speed: number) {
    this.facts = facts;
    this.#around = around;
    this.#targets = targets;
    this.#speed = speed;
  }

  get tasks(): Task[] {
    return this.#tasks.map(({ task }) => task);
  }

  /** The task definition that is rolled out now; after a rollback the one before. */
  get definition(): string | undefined {
    return this.#deployments[0]?.definition.taskDefinitionArn;
  }

  deploy(definition: TaskDefinition, reason = ""): void {
    for (const deployment of this.#deployments) {
      if (deployment.rollout === "IN_PROGRESS") deployment.reason = "superseded by another deployment";
    }
    const deployment: Deployment = {
      id: `ecs-svc/${BigInt(`0x${randomBytes(8).toString("hex")}`)}`,
      definition,
      createdAt: Date.now() / 1000,
      rollout: "IN_PROGRESS",
      reason,
      failed: 0,
    };
    this.#deployments.unshift(deployment);
    this.work();
  }

  /** Brings what runs nearer to what is wanted, until it is there; does nothing while it is at it already. */
  work(): void {
    this.#again = true;
    this.#working ??= this.#loop().finally(() => {
      this.#working = undefined;
      if (this.#again && !this.#abort.signal.aborted) this.work();
    });
  }

  /** Ends every task at once, or when its targets are drained. */
  async remove(): Promise<void> {
    this.facts.desiredCount = 0;
    this.#abort.abort();
    await this.#working?.catch(() => {});
    await Promise.all(this.tasks.map((task) => task.stop("ServiceSchedulerInitiated", "Service was deleted", 2_000)));
  }

  /** What DescribeServices tells of it beyond what moto tells. */
  told(): object {
    const { facts } = this;
    const count = (deployment?: Deployment, status = "RUNNING") =>
      this.#tasks.filter(
        (it) => (deployment === undefined || it.deployment === deployment) && it.task.status === status,
      ).length;
    return {
      ...facts.kept,
      desiredCount: facts.desiredCount,
      taskDefinition: this.definition,
      runningCount: count(),
      pendingCount: count(undefined, "PENDING"),
      healthCheckGracePeriodSeconds: facts.healthCheckGracePeriodSeconds,
      deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100, ...facts.deploymentConfiguration },
      events: this.#events,
      deployments: this.#deployments.map((deployment, index) => ({
        id: deployment.id,
        status: index === 0 ? "PRIMARY" : "ACTIVE",
        taskDefinition: deployment.definition.taskDefinitionArn,
        desiredCount: index === 0 ? facts.desiredCount : 0,
        runningCount: count(deployment),
        pendingCount: count(deployment, "PENDING"),
        failedTasks: deployment.failed,
        rolloutState: deployment.rollout,
        rolloutStateReason: deployment.reason || `ECS deployment ${deployment.id} ${deployment.rollout.toLowerCase()}.`,
        createdAt: deployment.createdAt,
        updatedAt: deployment.createdAt,
        launchType: facts.launchType,
      })),
    };
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#again = false;
      const settled = await this.#step();
      if (settled && !this.#again) return;
      // A deployment that fails again and again is tried less and less often.
      const everyMs = Math.min(100 * 2 ** Math.min(this.#deployments[0]?.failed ?? 0, 7), 10_000 / this.#speed);
      await pause(Math.max(everyMs, 50), undefined, { signal }).catch(() => {});
    }
  }

  /** One step; true when everything is as wanted. */
  async #step(): Promise<boolean> {
    const [primary, ...older] = this.#deployments;
    if (primary === undefined) return true;
    this.#bury(primary);
    const { desiredCount: desired } = this.facts;
    const mine = this.#tasks.filter(({ deployment, task }) => deployment === primary && task.status !== "STOPPING");
    const fit = mine.filter((it) => this.#isFit(it.task));
    for (const it of mine) if (this.#isUnfit(it.task)) this.#end(it, primary, "failed its health checks");

    if (this.#broken(primary)) return false;
    if (primary.rollout === "FAILED") return true; // ECS starts no more tasks of it
    if (mine.length < desired) {
      await Promise.all(Array.from({ length: desired - mine.length }, () => this.#start(primary)));
      return false;
    }
    for (const it of mine.slice(desired)) this.#end(it, undefined, "Scaling activity initiated");
    if (fit.length < desired) return false;
    for (const it of this.#tasks)
      if (older.includes(it.deployment)) this.#end(it, undefined, "replaced by another deployment");
    if (this.#tasks.some((it) => older.includes(it.deployment) || it.task.status === "STOPPING")) return false;
    if (primary.rollout === "IN_PROGRESS") {
      primary.rollout = "COMPLETED";
      this.#say(`(service ${this.facts.name}) has reached a steady state.`);
    }
    this.#deployments = [primary];
    return true;
  }

  async #start(deployment: Deployment): Promise<void> {
    const { cluster, launchType, name, loadBalancers } = this.facts;
    const task = new Task({
      cluster,
      definition: deployment.definition,
      group: `service:${name}`,
      startedBy: deployment.id,
      launchType,
    });
    const entry = { task, deployment };
    this.#tasks.push(entry);
    void task.stopped.then(() => this.work());
    await task.start(this.#around);
    if (task.status !== "RUNNING") return;
    for (const { targetGroupArn: group, containerName } of loadBalancers) {
      const port = task.portOf(containerName);
      if (group !== undefined && port !== undefined) await this.#targets.register(group, port);
    }
  }

  /** Takes a task out of its target groups, and stops it when they are drained. */
  #end(
    it: { task: Task; deployment: Deployment; unfit?: boolean },
    failing: Deployment | undefined,
    why: string,
  ): void {
    if (it.unfit === true) return;
    it.unfit = true;
    if (failing !== undefined) failing.failed += 1;
    void (async () => {
      await Promise.all(this.#registered(it.task).map(([group, port]) => this.#targets.deregister(group, port)));
      await it.task.stop("ServiceSchedulerInitiated", why, 30_000 / this.#speed);
    })();
  }

  /** Forgets tasks that have stopped; one that stopped by itself counts against its deployment. */
  #bury(primary: Deployment): void {
    for (const it of this.#tasks.filter(({ task }) => task.status === "STOPPED")) {
      if (it.unfit !== true) {
        if (it.deployment === primary) primary.failed += 1;
        this.#say(`(service ${this.facts.name}) (task ${it.task.id}) stopped: ${it.task.stoppedReason}`);
        for (const [group, port] of this.#registered(it.task)) void this.#targets.deregister(group, port);
      }
    }
    this.#tasks = this.#tasks.filter(({ task }) => task.status !== "STOPPED");
  }

  /** The circuit breaker; true when it has just given the deployment up. */
  #broken(primary: Deployment): boolean {
    const breaker = this.facts.deploymentConfiguration.deploymentCircuitBreaker;
    if (primary.rollout !== "IN_PROGRESS" || breaker?.enable !== true) return false;
    if (primary.failed < breakerThreshold(this.facts.desiredCount)) return false;
    primary.rollout = "FAILED";
    primary.reason = "ECS deployment circuit breaker: tasks failed to start.";
    this.#say(`(service ${this.facts.name}) (deployment ${primary.id}) deployment failed: tasks failed to start.`);
    const good = this.#deployments.slice(1).find(({ rollout }) => rollout === "COMPLETED");
    if (breaker.rollback && good !== undefined) {
      this.#say(`(service ${this.facts.name}) rolling back to deployment ${good.id}.`);
      good.rollout = "IN_PROGRESS";
      good.reason = `ECS deployment circuit breaker: rolling back to ${good.id}.`;
      this.#deployments = [good, ...this.#deployments.filter((it) => it !== good)];
    }
    return true;
  }

  #isFit(task: Task): boolean {
    return (
      task.status === "RUNNING" &&
      this.#registered(task).every(([group, port]) => this.#targets.health(group, port) === "healthy")
    );
  }

  #isUnfit(task: Task): boolean {
    const grace = (this.facts.healthCheckGracePeriodSeconds ?? 0) / this.#speed;
    if (Date.now() / 1000 - task.createdAt < grace) return false;
    return this.#registered(task).some(([group, port]) => this.#targets.health(group, port) === "unhealthy");
  }

  #registered(task: Task): [string, number][] {
    return this.facts.loadBalancers.flatMap(({ targetGroupArn: group, containerName }) => {
      const port = task.portOf(containerName);
      return group === undefined || port === undefined ? [] : [[group, port] as [string, number]];
    });
  }

  #say(message: string): void {
    this.#events.unshift({ id: randomBytes(8).toString("hex"), createdAt: Date.now() / 1000, message });
    this.#events.splice(100);
  }
}
