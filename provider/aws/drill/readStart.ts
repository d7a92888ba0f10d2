import {
  ClientException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
} from "@aws-sdk/client-ecs";
import type { OneOffPlace } from "../oneOffTask.ts";

/**
 * How a task of a family is started now, in the network of a service; undefined where the service is not there, or no definition of the
 * family is active.
 */
export async function readStart(
  client: ECSClient,
  { cluster, service, family }: { readonly cluster: string; readonly service: string; readonly family: string },
  abortSignal: AbortSignal,
): Promise<Pick<OneOffPlace, "taskDefinition" | "subnets" | "securityGroups"> | undefined> {
  const asked = new DescribeServicesCommand({ cluster, services: [service] });
  const { services = [] } = await client.send(asked, { abortSignal });
  const network = services.find(({ status }) => status === "ACTIVE")?.networkConfiguration?.awsvpcConfiguration;
  const taskDefinition = await newest(client, family, abortSignal);
  if (network === undefined || taskDefinition === undefined) return undefined;
  return { taskDefinition, subnets: network.subnets ?? [], securityGroups: network.securityGroups ?? [] };
}

async function newest(client: ECSClient, family: string, abortSignal: AbortSignal): Promise<string | undefined> {
  try {
    const asked = new DescribeTaskDefinitionCommand({ taskDefinition: family });
    const { taskDefinition: it } = await client.send(asked, { abortSignal });
    return it?.status === "ACTIVE" ? it.taskDefinitionArn : undefined;
  } catch (error) {
    // ECS has no error of its own for a family that is not there.
    if (error instanceof ClientException && /unable to describe/i.test(error.message)) return undefined;
    throw error;
  }
}
