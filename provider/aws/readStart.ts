import {
  ClientException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { OneOffPlace } from "./oneOffTask.ts";

/** How a task is started, and the image of each of its containers. */
export type Start = Pick<OneOffPlace, "taskDefinition" | "subnets" | "securityGroups"> & {
  readonly images: Readonly<Record<string, string | undefined>>;
};

/**
 * How a task of a family is started now, in the network of a service; undefined where the service is not there, or no definition of the
 * family is active.
 */
export async function readStart(
  client: ECSClient,
  { cluster, service, family }: { readonly cluster: string; readonly service: string; readonly family: string },
  abortSignal: AbortSignal,
): Promise<Start | undefined> {
  const asked = new DescribeServicesCommand({ cluster, services: [service] });
  const { services = [] } = await client.send(asked, { abortSignal });
  const network = services.find(({ status }) => status === "ACTIVE")?.networkConfiguration?.awsvpcConfiguration;
  const { taskDefinitionArn, containerDefinitions = [] } = (await newest(client, family, abortSignal)) ?? {};
  if (network === undefined || taskDefinitionArn === undefined) return undefined;
  return {
    taskDefinition: taskDefinitionArn,
    images: Object.fromEntries(containerDefinitions.map(({ name = "", image }) => [name, image])),
    subnets: network.subnets ?? [],
    securityGroups: network.securityGroups ?? [],
  };
}

async function newest(
  client: ECSClient,
  family: string,
  abortSignal: AbortSignal,
): Promise<TaskDefinition | undefined> {
  try {
    const asked = new DescribeTaskDefinitionCommand({ taskDefinition: family });
    const { taskDefinition: it } = await client.send(asked, { abortSignal });
    return it?.status === "ACTIVE" ? it : undefined;
  } catch (error) {
    // ECS has no error of its own for a family that is not there.
    if (error instanceof ClientException && /unable to describe/i.test(error.message)) return undefined;
    throw error;
  }
}
