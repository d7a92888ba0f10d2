import { DescribeServicesCommand, type ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { type EnvironmentName, other } from "../../release/environment.ts";
import type { AwsTaskFacts } from "./runningImages.ts";

/** Most services that ECS describes in one answer. */
const atOnce = 10;

/** Tasks of a service in one environment: asked for, and running. */
export interface TaskCount {
  readonly desired: number;
  readonly running: number;
}

/** A service that was asked to run more tasks. */
export interface Raised {
  readonly service: string;
  readonly from: number;
  readonly to: number;
}

/** Counts the tasks of every service by its name in ECS; one that is not there has none. */
export async function countTasks(
  client: ECSClient,
  cluster: string,
  names: readonly string[],
  abortSignal: AbortSignal,
): Promise<ReadonlyMap<string, TaskCount>> {
  const found = new Map<string, TaskCount>();
  for (let at = 0; at < names.length; at += atOnce) {
    const asked = names.slice(at, at + atOnce);
    const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: asked }), {
      abortSignal,
    });
    for (const { serviceName = "", status, desiredCount = 0, runningCount = 0 } of services) {
      if (status === "ACTIVE") found.set(serviceName, { desired: desiredCount, running: runningCount });
    }
  }
  return found;
}

/**
 * Asks ECS for as many tasks of each service in an environment as the other one is asked to run: who is about to be given its users has
 * to carry them. Never asks for fewer. A service that is not there yet is left.
 *
 * @returns the services that were raised
 */
export async function raiseTasks(
  client: ECSClient,
  { cluster, services }: Pick<AwsTaskFacts, "cluster" | "services">,
  to: EnvironmentName,
  abortSignal: AbortSignal,
): Promise<readonly Raised[]> {
  const counts = await countTasks(
    client,
    cluster,
    services.flatMap(({ blue, green }) => [blue, green]),
    abortSignal,
  );
  const raised: Raised[] = [];
  for (const it of services) {
    const own = counts.get(it[to]);
    const serving = counts.get(it[other(to)])?.desired ?? 0;
    if (own === undefined || own.desired >= serving) continue;
    await client.send(new UpdateServiceCommand({ cluster, service: it[to], desiredCount: serving }), { abortSignal });
    raised.push({ service: it.service, from: own.desired, to: serving });
  }
  return raised;
}

/** What was raised, in words. */
export function sayRaised(raised: readonly Raised[], to: EnvironmentName): string {
  const each = raised.map((it) => `${it.service} from ${it.from} to ${it.to} tasks`).join(", ");
  return `${to} is raised to the size of ${other(to)}: ${each}`;
}
