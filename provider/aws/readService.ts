import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import type { SeenService, SeenTask } from "./steadiness.ts";

/** Most tasks that ECS describes in one answer. */
const atOnce = 100;

/** Reads a service and its running tasks from ECS, as they are now. */
export async function readService(
  client: ECSClient,
  cluster: string,
  name: string,
  signal: AbortSignal,
): Promise<SeenService> {
  const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: [name] }), {
    abortSignal: signal,
  });
  const service = services.find((it) => it.status === "ACTIVE");
  const primary = service?.deployments?.find((it) => it.status === "PRIMARY");
  return {
    taskDefinition: service?.taskDefinition,
    desired: service?.desiredCount ?? 0,
    rollout: primary?.rolloutState,
    rolloutReason: primary?.rolloutStateReason,
    deployments: service?.deployments?.length ?? 0,
    tasks: service === undefined ? [] : await readTasks(client, cluster, name, signal),
  };
}

async function readTasks(
  client: ECSClient,
  cluster: string,
  serviceName: string,
  signal: AbortSignal,
): Promise<SeenTask[]> {
  const tasks: Task[] = [];
  let nextToken: string | undefined;
  do {
    const listed = await client.send(
      new ListTasksCommand({ cluster, serviceName, desiredStatus: "RUNNING", maxResults: atOnce, nextToken }),
      { abortSignal: signal },
    );
    const arns = listed.taskArns ?? [];
    if (arns.length > 0) {
      const described = await client.send(new DescribeTasksCommand({ cluster, tasks: arns }), { abortSignal: signal });
      tasks.push(...(described.tasks ?? []));
    }
    nextToken = listed.nextToken;
  } while (nextToken !== undefined);
  return tasks
    .filter((it) => it.lastStatus === "RUNNING")
    .map((it) => ({
      arn: it.taskArn ?? "",
      taskDefinition: it.taskDefinitionArn ?? "",
      digests: Object.fromEntries((it.containers ?? []).map(({ name = "", imageDigest }) => [name, imageDigest])),
    }));
}
