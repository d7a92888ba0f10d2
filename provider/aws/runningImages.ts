import { ClusterNotFoundException } from "@aws-sdk/client-ecs";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { ask } from "./awsProblem.ts";
import { ecsClient } from "./clients.ts";
import { readService } from "./readService.ts";

/** Where the tasks of a stack run. Plain facts: names that the settings say. */
export interface AwsTaskFacts {
  readonly region: string;
  /** Name or ARN. */
  readonly cluster: string;
  /** Name of each service in ECS, by environment. Its container bears the service's own name. */
  readonly services: readonly { readonly service: string; readonly blue: string; readonly green: string }[];
}

/** Digests of the images that run, each once, by environment and service; undefined among them for a task that does not say. */
export type RunningImages = Readonly<
  Record<EnvironmentName, Readonly<Record<string, readonly (string | undefined)[]>>>
>;

/** What runs of one service in one environment. */
export interface RunningTasks {
  /** Tasks that ECS was asked to run. */
  readonly desired: number;
  /** Of each running task: the digest of its image; undefined for one that does not say. */
  readonly digests: readonly (string | undefined)[];
}

/** Asks ECS which images the running tasks of both environments run. @throws Problem when AWS does not say */
export async function readRunningImages(facts: AwsTaskFacts, signal: AbortSignal): Promise<RunningImages> {
  const { blue, green } = await readRunningTasks(facts, signal);
  const each = (services: Readonly<Record<string, RunningTasks>>) =>
    Object.fromEntries(Object.entries(services).map(([name, { digests }]) => [name, [...new Set(digests)]]));
  return { blue: each(blue), green: each(green) };
}

/** Asks ECS for the running tasks of both environments, by service. @throws Problem when AWS does not say */
export async function readRunningTasks(
  facts: AwsTaskFacts,
  signal: AbortSignal,
): Promise<Readonly<Record<EnvironmentName, Readonly<Record<string, RunningTasks>>>>> {
  const client = ecsClient(facts.region);
  const asked = {
    doing: "tell which tasks run",
    where: `cluster ${facts.cluster}, ${facts.region}`,
    untouched: "Nothing was changed.",
  };
  const read = async (name: string, container: string): Promise<RunningTasks> => {
    try {
      const { desired, tasks } = await readService(client, facts.cluster, name, signal);
      return { desired, digests: tasks.map(({ digests }) => digests[container]) };
    } catch (error) {
      if (error instanceof ClusterNotFoundException) return { desired: 0, digests: [] };
      throw error;
    }
  };
  try {
    return await ask(asked, async () => {
      const [blue = {}, green = {}] = await Promise.all(
        environmentNames.map(async (environment) =>
          Object.fromEntries(
            await Promise.all(
              facts.services.map(async (it) => [it.service, await read(it[environment], it.service)] as const),
            ),
          ),
        ),
      );
      return { blue, green };
    });
  } finally {
    client.destroy();
  }
}
