import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { Problem } from "../../release/problem.ts";
import { updateAgain } from "./awsProblem.ts";
import { type EndedTask, endedBadly } from "./taskEnding.ts";

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
  /** What it is found again by, at most 36 of a-z, 0-9 and -: one that runs already is gone along with. Left out, each is started anew. */
  readonly mark?: string;
  /** One of that mark that has ended well since then is not started again either; left out, it is. */
  readonly endedSince?: Date;
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
      startedBy: it.mark ?? `greenlight ${it.version}`.slice(0, 36),
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

/** A task of this mark that has not ended, or has ended well since then. @returns its ARN; undefined where there is none */
export async function findTask(
  client: ECSClient,
  { cluster, container, mark, endedSince }: OneOffPlace,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  if (mark === undefined) return undefined;
  const marked = async (desiredStatus: "RUNNING" | "STOPPED") => {
    const asked = new ListTasksCommand({ cluster, startedBy: mark, desiredStatus });
    return (await client.send(asked, { abortSignal })).taskArns ?? [];
  };
  const [running] = await marked("RUNNING");
  if (running !== undefined) return running;
  const stopped = await marked("STOPPED");
  if (stopped.length === 0) return undefined;
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: stopped }), { abortSignal });
  const endedWell = (task: Task) => endedBadly(asEnded(task), container) === undefined;
  const late = ({ stoppedAt }: Task) => endedSince !== undefined && (stoppedAt ?? new Date(0)) >= endedSince;
  // One that is about to be stopped may have done its work: how it ends is not told yet.
  return tasks.find((task) => !asEnded(task).stopped || (late(task) && endedWell(task)))?.taskArn;
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
  return task === undefined
    ? { stopped: true, reason: "ECS does not know it any more", containers: [] }
    : asEnded(task);
}

function asEnded({ lastStatus, stoppedReason, containers = [] }: Task): EndedTask {
  return {
    stopped: lastStatus === "STOPPED",
    reason: stoppedReason,
    containers: containers.map(({ name = "", exitCode, reason }) => ({ name, exitCode, reason })),
  };
}

export async function stopTask(client: ECSClient, cluster: string, task: string, reason: string): Promise<void> {
  await client.send(new StopTaskCommand({ cluster, task, reason }));
}
