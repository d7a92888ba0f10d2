import { randomBytes } from "node:crypto";
import type { ContainerDefinition, TaskDefinition } from "@aws-sdk/client-ecs";
import { ContainerProcess, type Images } from "../../../containerProcess.ts";
import { freePort } from "../../../freePort.ts";

/** Where a task's log lines go, and where its secrets come from. */
export interface Surroundings {
  readonly images: Images;
  log(container: ContainerDefinition, taskId: string, line: string): void;
  secret(valueFrom: string): Promise<string>;
}

export interface TaskOrder {
  readonly cluster: string;
  readonly definition: TaskDefinition;
  /** `service:name` or `family:name`. */
  readonly group: string;
  readonly startedBy: string;
  readonly launchType: string | undefined;
  readonly overrides?: readonly {
    name?: string;
    command?: string[];
    environment?: { name?: string; value?: string }[];
  }[];
}

interface Container {
  readonly definition: ContainerDefinition;
  readonly port: number;
  process?: ContainerProcess;
  exitCode?: number;
  reason?: string;
}

type Status = "PENDING" | "RUNNING" | "STOPPING" | "STOPPED";

/** One task: its containers are processes of this machine, reached on 127.0.0.1 at ports of their own. */
export class Task {
  readonly id = randomBytes(16).toString("hex");
  readonly arn: string;
  readonly order: TaskOrder;
  readonly createdAt = Date.now() / 1000;
  status: Status = "PENDING";
  stopCode: string | undefined;
  stoppedReason: string | undefined;
  #startedAt: number | undefined;
  #stoppedAt: number | undefined;
  #containers: Container[] = [];
  /** Resolves when the task has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
  #tellStopped: () => void = () => {};

  constructor(order: TaskOrder) {
    this.order = order;
    this.arn = `${order.cluster.replace(":cluster/", ":task/")}/${this.id}`;
    this.stopped = new Promise((resolve) => {
      this.#tellStopped = resolve;
    });
  }

  /** Starts the containers; a task that cannot start is stopped, with the reason that ECS would give. */
  async start(around: Surroundings): Promise<void> {
    try {
      for (const definition of this.order.definition.containerDefinitions ?? []) {
        const local = around.images(definition.image ?? "", { group: this.order.group });
        if (local === undefined) {
          throw new Error(
            `CannotPullContainerError: ${definition.image} is no image that the simulator has a command for`,
          );
        }
        const override = this.order.overrides?.find(({ name }) => name === definition.name);
        const env = Object.fromEntries(
          [...(definition.environment ?? []), ...(override?.environment ?? [])].map(({ name = "", value = "" }) => [
            name,
            value,
          ]),
        );
        for (const { name = "", valueFrom = "" } of definition.secrets ?? [])
          env[name] = await around.secret(valueFrom);
        const container: Container = { definition, port: await freePort() };
        this.#containers.push(container);
        const args = override?.command ?? definition.command ?? [];
        const process = new ContainerProcess(local, { args, env, port: container.port }, (line) =>
          around.log(definition, this.id, line),
        );
        container.process = process;
        void process.ended.then((code) => this.#ended(container, code));
      }
      if (this.status !== "PENDING") return;
      this.status = "RUNNING";
      this.#startedAt = Date.now() / 1000;
    } catch (error) {
      await this.stop("TaskFailedToStart", error instanceof Error ? error.message : String(error), 0);
    }
  }

  async stop(code: string, reason: string, graceMs: number): Promise<void> {
    if (this.status === "STOPPED" || this.status === "STOPPING") return await this.stopped;
    this.status = "STOPPING";
    this.stopCode = code;
    this.stoppedReason = reason;
    await Promise.all(this.#containers.map(({ process }) => process?.stop(graceMs)));
    this.#finish();
  }

  /** Where a container's port is reached on this machine. */
  portOf(container: string | undefined): number | undefined {
    return this.#containers.find(({ definition }) => definition.name === container)?.port;
  }

  get pids(): number[] {
    return this.#containers.flatMap(({ process }) => (process === undefined ? [] : [process.pid]));
  }

  /** As DescribeTasks tells it. */
  told(): object {
    const { order } = this;
    return {
      taskArn: this.arn,
      clusterArn: order.cluster,
      taskDefinitionArn: order.definition.taskDefinitionArn,
      group: order.group,
      startedBy: order.startedBy,
      launchType: order.launchType ?? "FARGATE",
      cpu: order.definition.cpu,
      memory: order.definition.memory,
      lastStatus: this.status,
      desiredStatus: this.status === "RUNNING" || this.status === "PENDING" ? "RUNNING" : "STOPPED",
      healthStatus: "UNKNOWN",
      createdAt: this.createdAt,
      startedAt: this.#startedAt,
      stoppedAt: this.#stoppedAt,
      stopCode: this.stopCode,
      stoppedReason: this.stoppedReason,
      attachments: [],
      tags: [],
      version: 1,
      overrides: { containerOverrides: order.overrides ?? [] },
      containers: this.#containers.map(({ definition, port, exitCode, reason, process }) => ({
        containerArn: `${this.arn.replace(":task/", ":container/")}/${definition.name}`,
        taskArn: this.arn,
        name: definition.name,
        image: definition.image,
        imageDigest: /@(sha256:[0-9a-f]+)$/.exec(definition.image ?? "")?.[1],
        runtimeId: String(process?.pid ?? ""),
        lastStatus: exitCode === undefined ? this.status : "STOPPED",
        exitCode,
        reason,
        networkBindings: [
          { bindIP: "127.0.0.1", containerPort: definition.portMappings?.[0]?.containerPort, hostPort: port },
        ],
        networkInterfaces: [{ privateIpv4Address: "127.0.0.1" }],
      })),
    };
  }

  #ended(container: Container, code: number): void {
    container.exitCode = code;
    if (this.status === "STOPPING" || this.status === "STOPPED") return;
    if (container.definition.essential === false) return;
    void this.stop("EssentialContainerExited", "Essential container in task exited", 2_000);
  }

  #finish(): void {
    this.status = "STOPPED";
    this.#stoppedAt = Date.now() / 1000;
    this.#tellStopped();
  }
}
