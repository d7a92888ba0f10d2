import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  type ContainerDefinition,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import type { Images } from "../../../containerProcess.ts";
import { type Answer, json, Refusal } from "../answers.ts";
import type { Inner } from "../inner.ts";
import type { ApiRequest } from "../request.ts";
import type { Targets } from "../targets.ts";
import { DeployedService } from "./deployedService.ts";
import { type Surroundings, Task, type TaskOrder } from "./task.ts";

const serviceRequest = z.looseObject({
  cluster: z.string().optional(),
  serviceName: z.string().optional(),
  service: z.string().optional(),
  taskDefinition: z.string().optional(),
  desiredCount: z.number().optional(),
  launchType: z.string().optional(),
  forceNewDeployment: z.boolean().optional(),
  healthCheckGracePeriodSeconds: z.number().optional(),
  deploymentConfiguration: z
    .object({
      maximumPercent: z.number().optional(),
      minimumHealthyPercent: z.number().optional(),
      deploymentCircuitBreaker: z.object({ enable: z.boolean(), rollback: z.boolean() }).optional(),
    })
    .optional(),
  loadBalancers: z
    .array(
      z.object({
        targetGroupArn: z.string().optional(),
        containerName: z.string().optional(),
        containerPort: z.number().optional(),
      }),
    )
    .optional(),
});
const movedService = z.object({
  service: z.looseObject({ serviceArn: z.string(), clusterArn: z.string(), serviceName: z.string() }),
});
const described = z.looseObject({
  services: z.array(z.looseObject({ serviceArn: z.string(), status: z.string().optional() })),
});
const runRequest = z.looseObject({
  cluster: z.string().optional(),
  taskDefinition: z.string(),
  count: z.number().default(1),
  group: z.string().optional(),
  startedBy: z.string().optional(),
  launchType: z.string().optional(),
  overrides: z
    .object({
      containerOverrides: z
        .array(
          z.object({
            name: z.string().optional(),
            command: z.array(z.string()).optional(),
            environment: z.array(z.object({ name: z.string().optional(), value: z.string().optional() })).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});
const listRequest = z.looseObject({
  cluster: z.string().optional(),
  serviceName: z.string().optional(),
  family: z.string().optional(),
  startedBy: z.string().optional(),
  desiredStatus: z.enum(["RUNNING", "STOPPED", "PENDING"]).default("RUNNING"),
});
const tasksRequest = z.looseObject({
  tasks: z.array(z.string()).default([]),
  task: z.string().optional(),
  reason: z.string().optional(),
});

/** What moto keeps of a service and what not: these are told as they were given. */
const keptOfService = [
  "enableExecuteCommand",
  "availabilityZoneRebalancing",
  "propagateTags",
  "platformVersion",
  "networkConfiguration",
] as const;

/** ECS whose tasks run: services and tasks are processes of this machine, everything else of ECS is moto's. */
export class Ecs {
  readonly #inner: Inner;
  readonly #images: Images;
  readonly #targets: Targets;
  readonly #speed: number;
  readonly #services = new Map<string, DeployedService>();
  /** Every task of the last while, those that have stopped included. */
  readonly #tasks: Task[] = [];
  readonly #streams = new Map<string, Promise<unknown>>();

  constructor(inner: Inner, images: Images, targets: Targets, speed: number) {
    this.#inner = inner;
    this.#images = images;
    this.#targets = targets;
    this.#speed = speed;
  }

  async answer(request: ApiRequest): Promise<Answer | undefined> {
    switch (request.action) {
      case "CreateService":
      case "UpdateService":
        return await this.#move(request);
      case "DescribeServices":
        return await this.#describe(request);
      case "DeleteService":
        return await this.#delete(request);
      case "RunTask":
        return await this.#run(request);
      case "ListTasks":
        return this.#list(request);
      case "DescribeTasks":
        return this.#describeTasks(request);
      case "StopTask":
        return await this.#stopTask(request);
      case "StartTask":
      case "ExecuteCommand":
      case "CreateTaskSet":
      case "UpdateTaskSet":
      case "CreateCapacityProvider":
        throw new Refusal(
          "NotImplemented",
          `The simulator runs tasks of services and RunTask; it does not know ${request.action}.`,
          501,
        );
      default:
        return undefined;
    }
  }

  /** Every process that stands for a container now. */
  get pids(): number[] {
    return this.#allTasks().flatMap((task) => (task.status === "STOPPED" ? [] : task.pids));
  }

  /** Makes a service run another task definition, as its circuit breaker or another person would. */
  async rollBack(service: string, taskDefinition: string): Promise<void> {
    const found = this.#find(service);
    if (found === undefined) throw new Error(`There is no service ${service}.`);
    found.deploy(
      await this.#definition(taskDefinition, found.facts.arn),
      "ECS deployment circuit breaker: rolling back.",
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.remove()));
    await Promise.all(this.#tasks.map((task) => task.stop("UserInitiated", "the simulator ends", 1_000)));
  }

  async #move(request: ApiRequest): Promise<Answer> {
    const asked = serviceRequest.parse(request.parameters);
    const from = await this.#inner.forward(request);
    if (from.status !== 200) return from;
    const { service } = movedService.parse(JSON.parse(from.body.toString()));
    const known = this.#services.get(service.serviceArn);
    const it =
      known ??
      new DeployedService(
        {
          arn: service.serviceArn,
          cluster: service.clusterArn,
          name: service.serviceName,
          launchType: asked.launchType,
          desiredCount: 0,
          loadBalancers: [],
          deploymentConfiguration: {},
          healthCheckGracePeriodSeconds: undefined,
          kept: {},
        },
        this.#surroundings(request.region),
        this.#targets,
        this.#speed,
      );
    this.#services.set(service.serviceArn, it);
    const { facts } = it;
    facts.desiredCount = asked.desiredCount ?? facts.desiredCount;
    facts.loadBalancers = (asked.loadBalancers ?? facts.loadBalancers) as typeof facts.loadBalancers;
    facts.deploymentConfiguration = (asked.deploymentConfiguration ??
      facts.deploymentConfiguration) as typeof facts.deploymentConfiguration;
    facts.healthCheckGracePeriodSeconds = asked.healthCheckGracePeriodSeconds ?? facts.healthCheckGracePeriodSeconds;
    for (const key of keptOfService) if (asked[key] !== undefined) facts.kept[key] = asked[key];
    if (asked.taskDefinition !== undefined) {
      const definition = await this.#definition(asked.taskDefinition, service.serviceArn);
      const same = definition.taskDefinitionArn === it.definition;
      if (!same || asked.forceNewDeployment === true) it.deploy(definition);
    }
    it.work();
    return json({ service: { ...service, ...it.told() } });
  }

  async #describe(request: ApiRequest): Promise<Answer> {
    const from = await this.#inner.forward(request);
    if (from.status !== 200) return from;
    const told = described.parse(JSON.parse(from.body.toString()));
    const services = told.services.map((service) =>
      service.status === "INACTIVE" ? service : { ...service, ...this.#services.get(service.serviceArn)?.told() },
    );
    return json({ ...told, services });
  }

  async #delete(request: ApiRequest): Promise<Answer> {
    const asked = serviceRequest.parse(request.parameters);
    const found = this.#find(asked.service ?? "");
    const from = await this.#inner.forward(request);
    if (from.status !== 200 || found === undefined) return from;
    await found.remove();
    this.#services.delete(found.facts.arn);
    return from;
  }

  async #run(request: ApiRequest): Promise<Answer> {
    const asked = runRequest.parse(request.parameters);
    const definition = await this.#definition(asked.taskDefinition, `arn:aws:ecs:${request.region}:`);
    const order: TaskOrder = {
      cluster: clusterArn(asked.cluster ?? "default", request.region),
      definition,
      group: asked.group ?? `family:${definition.family}`,
      startedBy: asked.startedBy ?? "",
      launchType: asked.launchType,
      overrides: (asked.overrides?.containerOverrides ?? []) as NonNullable<TaskOrder["overrides"]>,
    };
    const around = this.#surroundings(request.region);
    const tasks = Array.from({ length: asked.count }, () => new Task(order));
    this.#tasks.push(...tasks);
    const told = tasks.map((task) => task.told());
    for (const task of tasks) void task.start(around);
    return json({ tasks: told, failures: [] });
  }

  #list(request: ApiRequest): Answer {
    const asked = listRequest.parse(request.parameters);
    const name = lastPart(asked.serviceName ?? "");
    const cluster = lastPart(asked.cluster ?? "default");
    const found = this.#allTasks().filter(
      ({ order, status }) =>
        lastPart(order.cluster) === cluster &&
        (asked.serviceName === undefined || order.group === `service:${name}`) &&
        (asked.family === undefined || order.definition.family === asked.family) &&
        (asked.startedBy === undefined || order.startedBy === asked.startedBy) &&
        (asked.desiredStatus === "STOPPED") === (status === "STOPPED" || status === "STOPPING"),
    );
    return json({ taskArns: found.map(({ arn }) => arn) });
  }

  #describeTasks(request: ApiRequest): Answer {
    const all = this.#allTasks();
    const asked = tasksRequest
      .parse(request.parameters)
      .tasks.map((name) => ({ name, task: all.find((it) => it.arn === name || it.id === name) }));
    return json({
      tasks: asked.flatMap(({ task }) => (task === undefined ? [] : [task.told()])),
      failures: asked.flatMap(({ name, task }) => (task === undefined ? [{ arn: name, reason: "MISSING" }] : [])),
    });
  }

  async #stopTask(request: ApiRequest): Promise<Answer> {
    const { task: name, reason = "Task stopped by user" } = tasksRequest.parse(request.parameters);
    const task = this.#allTasks().find((it) => it.arn === name || it.id === name);
    if (task === undefined) throw new Refusal("InvalidParameterException", "The referenced task was not found.");
    void task.stop("UserInitiated", reason, 30_000 / this.#speed);
    return json({ task: task.told() });
  }

  #allTasks(): Task[] {
    const ofServices = [...this.#services.values()].flatMap((service) => service.tasks);
    for (const task of ofServices) if (!this.#tasks.includes(task)) this.#tasks.push(task);
    // ECS forgets stopped tasks after a while, too.
    while (this.#tasks.length > 1000)
      this.#tasks.splice(this.#tasks.findIndex(({ status }) => status === "STOPPED") >>> 0, 1);
    return this.#tasks;
  }

  #find(service: string): DeployedService | undefined {
    return [...this.#services.values()].find(({ facts }) => facts.arn === service || facts.name === lastPart(service));
  }

  async #definition(name: string, arn: string): Promise<TaskDefinition> {
    const ecs = this.#inner.client(ECSClient, arn.split(":")[3] ?? "");
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name }));
    if (taskDefinition === undefined) throw new Refusal("ClientException", "Unable to describe task definition.");
    return taskDefinition;
  }

  #surroundings(region: string): Surroundings {
    return {
      images: this.#images,
      log: (container, taskId, line) => this.#log(region, container, taskId, line),
      secret: async (valueFrom) => await this.#inner.secret(valueFrom, region),
    };
  }

  /** Lines go to CloudWatch Logs as the awslogs driver sends them, in their order. */
  #log(region: string, { name, logConfiguration }: ContainerDefinition, taskId: string, line: string): void {
    const options = logConfiguration?.options;
    const logGroupName = options?.["awslogs-group"];
    if (logConfiguration?.logDriver !== "awslogs" || logGroupName === undefined) return;
    const logStreamName = `${options?.["awslogs-stream-prefix"] ?? "ecs"}/${name}/${taskId}`;
    const logs = this.#inner.client(CloudWatchLogsClient, region);
    const event = { timestamp: Date.now(), message: line };
    const before =
      this.#streams.get(logStreamName) ??
      logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch(() => {});
    const sent = before.then(() =>
      logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [event] })),
    );
    // A log group that is missing costs the lines, as it does with ECS, where it also keeps the task from starting.
    this.#streams.set(
      logStreamName,
      sent.catch(() => {}),
    );
  }
}

function clusterArn(name: string, region: string): string {
  return name.startsWith("arn:") ? name : `arn:aws:ecs:${region}:123456789012:cluster/${name}`;
}

function lastPart(name: string): string {
  return name.split("/").at(-1) ?? name;
}
