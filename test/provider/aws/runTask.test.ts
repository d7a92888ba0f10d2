import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runTask } from "../../../provider/aws/runTask.ts";
import { Cloud } from "./cloud.ts";

const began = new Date("2026-03-01T10:00:00Z");
const run = {
  region: "eu-central-1",
  cluster: "prod",
  taskDefinition: "arn:definition",
  container: "migration",
  subnets: ["subnet-0a1b2c3d"],
  securityGroups: ["sg-0a1b2c3d"],
  logGroup: "/greenlight/prod-green-migration",
  version: "v2",
  untouched: "Traffic is back.",
  intervalMs: 1,
  deadlineMs: 60_000,
  mark: "rollback-prod-v2",
  endedSince: began,
};

describe("a task with a mark", () => {
  let cloud: Cloud;
  /** Tasks of the mark, by their wanted state. */
  let marked: Record<string, string[]>;
  let stoppedAt: number;
  let exitCode: number;

  beforeEach(async () => {
    cloud = await Cloud.start();
    marked = {};
    stoppedAt = began.getTime() / 1_000 + 60;
    exitCode = 0;
    cloud.answers("ListTasks", ({ desiredStatus }) => ({ taskArns: marked[String(desiredStatus)] ?? [] }));
    cloud.answers("RunTask", { tasks: [{ taskArn: "arn:task/prod/new" }] });
    cloud.answers("DescribeTasks", ({ tasks }) => ({
      tasks: (tasks as string[]).map((taskArn) => ({
        taskArn,
        lastStatus: "STOPPED",
        stoppedAt,
        containers: [{ name: "migration", exitCode }],
      })),
    }));
    cloud.answers("GetLogEvents", ({ logStreamName, nextToken }) => ({
      events: nextToken === undefined ? [{ message: `${String(logStreamName).split("/").at(-1)} says so` }] : [],
      nextForwardToken: "end",
    }));
  });
  afterEach(() => cloud.end());

  const told: string[] = [];
  const ran = () =>
    runTask({ signal: new AbortController().signal, tell: (line) => told.push(line) }, run, "rollback", ["back"]);
  const started = () => cloud.asked.filter(({ operation }) => operation === "RunTask").map(({ input }) => input);

  it("is started once, and bears its mark", async () => {
    expect(await ran()).toMatchObject({ id: "arn:task/prod/new", fault: undefined, output: "new says so\n" });
    expect(started()).toMatchObject([{ startedBy: "rollback-prod-v2" }]);
    expect(cloud.asked[0]).toMatchObject({
      operation: "ListTasks",
      input: { cluster: "prod", startedBy: "rollback-prod-v2", desiredStatus: "RUNNING" },
    });
  });

  it.each(["RUNNING", "STOPPED"])(
    "is gone along with where one is %s: a command that was killed began it",
    async (state) => {
      marked[state] = ["arn:task/prod/known"];
      expect(await ran()).toMatchObject({ id: "arn:task/prod/known", output: "known says so\n" });
      expect(started()).toEqual([]);
      expect(told).toContain("the rollback's task is there already: its end is awaited");
    },
  );

  it("is started anew where the one that is known had ended before this began", async () => {
    marked.STOPPED = ["arn:task/prod/known"];
    stoppedAt = began.getTime() / 1_000 - 1;
    expect(await ran()).toMatchObject({ id: "arn:task/prod/new" });
  });

  it("is started anew where the one that is known failed", async () => {
    marked.STOPPED = ["arn:task/prod/known"];
    exitCode = 1;
    expect(await ran()).toMatchObject({ id: "arn:task/prod/new" });
  });

  it("is gone along with while one is being taken down: what it did is not told yet", async () => {
    marked.STOPPED = ["arn:task/prod/known"];
    const going = { taskArn: "arn:task/prod/known", lastStatus: "DEPROVISIONING", containers: [{ name: "migration" }] };
    cloud.answers("DescribeTasks", { tasks: [going] }, cloud.answer("DescribeTasks"));
    expect(await ran()).toMatchObject({ id: "arn:task/prod/known", fault: undefined });
    expect(started()).toEqual([]);
  });
});
