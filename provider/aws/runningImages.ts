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

/** Asks ECS which images the running tasks of both environments run. @throws Problem when AWS does not say */
export async function readRunningImages(facts: AwsTaskFacts, signal: AbortSignal): Promise<RunningImages> {
  const client = ecsClient(facts.region);
  const asked = {
    doing: "tell which tasks run",
    where: `cluster ${facts.cluster}, ${facts.region}`,
    untouched: "Nothing was changed.",
  };
  const read = async (name: string, container: string) => {
    try {
      const { tasks } = await readService(client, facts.cluster, name, signal);
      return [...new Set(tasks.map(({ digests }) => digests[container]))];
    } catch (error) {
      if (error instanceof ClusterNotFoundException) return [];
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
