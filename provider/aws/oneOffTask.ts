import { DescribeTasksCommand, type ECSClient, RunTaskCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { Problem } from "../../release/problem.ts";
import { updateAgain } from "./awsProblem.ts";
import type { EndedTask } from "./taskEnding.ts";

export interface OneOffPlace {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly container: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly version: string;
  /** Variables beside those of the definition, and before them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What stays as it is when it does not start. */
  readonly untouched: string;
  /** What begins it anew; by default an update. */
  readonly again?: string;
}

/** Starts one task outside any service. @returns its ARN */
export async function startTask(
  client: ECSClient,
  it: OneOffPlace,
  command: readonly string[],
  abortSignal: AbortSignal,
): Promise<string> {
  const { tasks = [], failures = [] } = await client.send(
    new RunTaskCommand({
      cluster: it.cluster,
      taskDefinition: it.taskDefinition,
      launchType: "FARGATE",
      count: 1,
      startedBy: `greenlight ${it.version}`.slice(0, 36),
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...it.subnets],
          securityGroups: [...it.securityGroups],
          assignPublicIp: "DISABLED",
        },
      },
      overrides: {
        containerOverrides: [
          {
            name: it.container,
            command: [...command],
            ...(it.environment === undefined
              ? {}
              : { environment: Object.entries(it.environment).map(([name, value]) => ({ name, value })) }),
          },
        ],
      },
    }),
    { abortSignal },
  );
  const arn = tasks[0]?.taskArn;
  if (arn !== undefined) return arn;
  const why = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": ")).join("; ");
  throw new Problem({
    happened: `ECS started no task: ${why === "" ? "it gave no reason" : why}.`,
    where: `${it.cluster}, ${it.taskDefinition}`,
    untouched: it.untouched,
    next: `make room (subnets' addresses, Fargate's quota), and ${it.again ?? updateAgain}`,
  });
}

/** How a task is now. One that ECS has forgotten counts as stopped without a result. */
export async function readTask(
  client: ECSClient,
  cluster: string,
  arn: string,
  abortSignal: AbortSignal,
): Promise<EndedTask> {
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: [arn] }), { abortSignal });
  const task = tasks[0];
  return {
    stopped: task === undefined || task.lastStatus === "STOPPED",
    reason: task === undefined ? "ECS does not know it any more" : task.stoppedReason,
    containers: (task?.containers ?? []).map(({ name = "", exitCode, reason }) => ({ name, exitCode, reason })),
  };
}

export async function stopTask(client: ECSClient, cluster: string, task: string, reason: string): Promise<void> {
  await client.send(new StopTaskCommand({ cluster, task, reason }));
}
