import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  type Service,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import type { Connection } from "../../plugin/connection.ts";
import { kind } from "../../plugin/kind.ts";
import { isNamed, orGone } from "../../plugin/refusal.ts";
import { bag, list, tagArn } from "./tags.ts";

const inputs = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  cluster: z.string().optional(),
  taskDefinition: z.string().optional(),
  desiredCount: z.number().int().min(0).optional(),
  launchType: z.enum(["EC2", "FARGATE", "EXTERNAL"]).optional(),
  platformVersion: z.string().optional(),
  schedulingStrategy: z.enum(["REPLICA", "DAEMON"]).default("REPLICA"),
  deploymentController: z.strictObject({ type: z.enum(["ECS"]).default("ECS") }).optional(),
  deploymentCircuitBreaker: z.strictObject({ enable: z.boolean(), rollback: z.boolean() }).optional(),
  deploymentMaximumPercent: z.number().int().default(200),
  deploymentMinimumHealthyPercent: z.number().int().default(100),
  networkConfiguration: z
    .strictObject({
      subnets: z.array(z.string()),
      securityGroups: z.array(z.string()).optional(),
      assignPublicIp: z.boolean().default(false),
    })
    .optional(),
  loadBalancers: z
    .array(
      z.strictObject({
        targetGroupArn: z.string().optional(),
        containerName: z.string(),
        containerPort: z.number().int(),
      }),
    )
    .optional(),
  healthCheckGracePeriodSeconds: z.number().int().min(0).optional(),
  availabilityZoneRebalancing: z.enum(["ENABLED", "DISABLED"]).optional(),
  enableEcsManagedTags: z.boolean().default(false),
  enableExecuteCommand: z.boolean().default(false),
  propagateTags: z.enum(["SERVICE", "TASK_DEFINITION", "NONE"]).optional(),
  forceDelete: z.boolean().optional(),
  forceNewDeployment: z.boolean().optional(),
  triggers: z.record(z.string(), z.string()).optional(),
  waitForSteadyState: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;

const steadyTimeoutMs = 20 * 60_000;

export const service = kind<Inputs>({
  inputs,
  replaceOn: ["name", "cluster", "launchType", "schedulingStrategy", "deploymentController"],
  computed: [
    "cluster",
    "launchType",
    "platformVersion",
    "deploymentController",
    "availabilityZoneRebalancing",
    "triggers",
  ],
  untold: ["forceDelete", "forceNewDeployment", "triggers", "waitForSteadyState"],
  autoName: { property: "name", longest: 255 },
  tag: tagArn,
  same: (property, state, wanted) => {
    if (property === "propagateTags") return (state ?? "NONE") === (wanted ?? "NONE");
    return (property === "cluster" || property === "taskDefinition") && lastPart(state) === lastPart(wanted);
  },
  async create({ aws, tags }, news) {
    const { service } = await aws.client(ECSClient).send(
      new CreateServiceCommand({
        ...changeable(news),
        serviceName: news.name,
        cluster: news.cluster,
        launchType: news.launchType,
        schedulingStrategy: news.schedulingStrategy,
        deploymentController: news.deploymentController,
        enableECSManagedTags: news.enableEcsManagedTags,
        tags: list(tags),
      }),
    );
    return service?.serviceArn ?? "";
  },
  async settle({ aws, timeoutMs }, id, { cluster, waitForSteadyState }) {
    if (!waitForSteadyState) return;
    await aws.until(`the service ${id} to reach a steady state`, timeoutMs ?? steadyTimeoutMs, async (see) => {
      const it = await find(aws, id, cluster);
      if (it === undefined) throw new Error(`The service ${id} is gone.`);
      const running = it.runningCount ?? 0;
      see(
        `${running} of ${it.desiredCount} tasks running, ${it.deployments?.length ?? 0} deployments; ${it.events?.[0]?.message ?? "no event"}`,
      );
      return it.deployments?.length === 1 && running === it.desiredCount && it.pendingCount === 0 ? true : undefined;
    });
  },
  async read({ aws }, id, state) {
    const it = await find(aws, id, state.cluster ?? clusterIn(id));
    if (it === undefined) return undefined;
    const deployment = it.deploymentConfiguration;
    const network = it.networkConfiguration?.awsvpcConfiguration;
    return {
      arn: it.serviceArn,
      name: it.serviceName,
      cluster: it.clusterArn,
      // Told as the program wrote it: family and revision, or the whole ARN.
      taskDefinition:
        lastPart(state.taskDefinition) === lastPart(it.taskDefinition) ? state.taskDefinition : it.taskDefinition,
      desiredCount: it.desiredCount,
      launchType: it.launchType,
      platformVersion: it.platformVersion,
      schedulingStrategy: it.schedulingStrategy,
      deploymentController: it.deploymentController,
      deploymentCircuitBreaker: deployment?.deploymentCircuitBreaker,
      deploymentMaximumPercent: deployment?.maximumPercent,
      deploymentMinimumHealthyPercent: deployment?.minimumHealthyPercent,
      networkConfiguration:
        network === undefined
          ? undefined
          : {
              subnets: network.subnets,
              securityGroups: network.securityGroups,
              assignPublicIp: network.assignPublicIp === "ENABLED",
            },
      loadBalancers: it.loadBalancers,
      healthCheckGracePeriodSeconds: it.healthCheckGracePeriodSeconds,
      availabilityZoneRebalancing: it.availabilityZoneRebalancing,
      // AWS tells it; moto does not.
      enableEcsManagedTags: it.enableECSManagedTags ?? state.enableEcsManagedTags ?? false,
      enableExecuteCommand: it.enableExecuteCommand ?? false,
      propagateTags: it.propagateTags,
      tagsAll: bag(it.tags),
    };
  },
  async update({ aws }, id, news, state, changed) {
    if (changed.size === 1 && changed.has("waitForSteadyState")) return;
    const { availabilityZoneRebalancing, ...rest } = changeable(news);
    await aws.client(ECSClient).send(
      new UpdateServiceCommand({
        service: id,
        cluster: String(state.cluster),
        ...rest,
        ...(availabilityZoneRebalancing === undefined ? {} : { availabilityZoneRebalancing }),
        ...(news.forceNewDeployment === true ? { forceNewDeployment: true } : {}),
      }),
    );
  },
  async delete({ aws, timeoutMs }, id, state) {
    const ecs = aws.client(ECSClient);
    const at = { service: id, cluster: String(state.cluster) };
    if (state.forceDelete !== true && state.schedulingStrategy !== "DAEMON") {
      const scaled = await orGone(
        ecs.send(new UpdateServiceCommand({ ...at, desiredCount: 0 })),
        ...["ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"],
      );
      if (scaled === undefined) return;
    }
    try {
      await ecs.send(new DeleteServiceCommand({ ...at, force: state.forceDelete === true }));
    } catch (error) {
      if (!isNamed(error, "ServiceNotFoundException", "ClusterNotFoundException")) throw error;
    }
    await aws.until(`the service ${id} to be gone`, timeoutMs ?? steadyTimeoutMs, async (see) => {
      const it = await find(aws, id, at.cluster);
      if (it === undefined) return true;
      see(`${it.status}, ${it.runningCount ?? 0} tasks running`);
      return undefined;
    });
  },
});

function changeable(news: Inputs) {
  const { networkConfiguration: network } = news;
  return {
    taskDefinition: news.taskDefinition,
    desiredCount: news.desiredCount,
    platformVersion: news.platformVersion,
    deploymentConfiguration: {
      maximumPercent: news.deploymentMaximumPercent,
      minimumHealthyPercent: news.deploymentMinimumHealthyPercent,
      ...(news.deploymentCircuitBreaker === undefined
        ? {}
        : { deploymentCircuitBreaker: news.deploymentCircuitBreaker }),
    },
    networkConfiguration:
      network === undefined
        ? undefined
        : {
            awsvpcConfiguration: {
              subnets: network.subnets,
              securityGroups: network.securityGroups,
              assignPublicIp: network.assignPublicIp ? ("ENABLED" as const) : ("DISABLED" as const),
            },
          },
    loadBalancers: news.loadBalancers,
    healthCheckGracePeriodSeconds: news.healthCheckGracePeriodSeconds,
    availabilityZoneRebalancing: news.availabilityZoneRebalancing,
    enableExecuteCommand: news.enableExecuteCommand,
    propagateTags: news.propagateTags,
  };
}

async function find(aws: Connection, id: string, cluster: unknown): Promise<Service | undefined> {
  const request = new DescribeServicesCommand({
    services: [id],
    cluster: typeof cluster === "string" ? cluster : "default",
    include: ["TAGS"],
  });
  const answer = await orGone(aws.client(ECSClient).send(request), "ClusterNotFoundException");
  const found = answer?.services?.[0];
  return found?.status === "INACTIVE" ? undefined : found;
}

/** The cluster in a service's ARN, `…:service/cluster/name`. */
function clusterIn(arn: string): string | undefined {
  return /:service\/([^/]+)\//.exec(arn)?.[1];
}

function lastPart(value: unknown): string {
  return String(value).split("/").at(-1) ?? "";
}
