import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { Cloud } from "./cloud.ts";

const asked = `sha256:${"2".repeat(64)}`;
const before = `sha256:${"1".repeat(64)}`;
const definition = (revision: number) =>
  `arn:aws:ecs:eu-central-1:123456789012:task-definition/prod-green-api:${revision}`;

const inputs = (over: object = {}) => ({
  region: "eu-central-1",
  cluster: "prod",
  environment: "green",
  version: "v2",
  services: [
    {
      service: "api",
      name: "prod-green-api",
      taskDefinition: definition(2),
      container: "api",
      digest: asked,
      least: 2,
    },
  ],
  intervalMs: 1,
  deadlineMs: 200,
  ...over,
});

const service = (over: object = {}) => ({
  services: [
    {
      status: "ACTIVE",
      taskDefinition: definition(2),
      desiredCount: 2,
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }],
      ...over,
    },
  ],
});
const task = (at: number, digest: string | null = asked, revision = 2) => ({
  taskArn: `arn:task/${at}`,
  taskDefinitionArn: definition(revision),
  lastStatus: "RUNNING",
  containers: [{ name: "api", ...(digest === null ? {} : { imageDigest: digest }) }],
});

describe("the gate of what runs", () => {
  let cloud: Cloud;
  let gate: Managed;
  const runs = (...tasks: object[]) => {
    cloud.answers("ListTasks", { taskArns: tasks.map((_, at) => `arn:task/${at}`) });
    cloud.answers("DescribeTasks", { tasks });
  };
  beforeEach(async () => {
    cloud = await Cloud.start();
    gate = new Managed("greenlight:aws:SteadyState", "green-steady");
    cloud.answers("DescribeServices", service());
    runs(task(0), task(1));
  });
  afterEach(() => cloud.end());

  it("passes when every running task runs the asked image, as many as asked", async () => {
    expect(await gate.create(inputs())).toMatchObject({
      running: { api: 2 },
      steady: true,
      incarnations: [definition(2)],
    });
  });

  it("waits for tasks that are still starting, and for those of an earlier deployment to go", async () => {
    cloud.answers(
      "DescribeServices",
      service({ deployments: [{ status: "PRIMARY", rolloutState: "IN_PROGRESS" }, { status: "ACTIVE" }] }),
      service({ deployments: [{ status: "PRIMARY", rolloutState: "IN_PROGRESS" }] }),
      service(),
    );
    cloud.answers(
      "DescribeTasks",
      { tasks: [task(0, before, 1), task(1, null)] },
      { tasks: [task(0)] },
      { tasks: [task(0), task(1)] },
    );
    await gate.create(inputs({ deadlineMs: 60_000 }));
    expect(cloud.operations().filter((it) => it === "DescribeServices")).toHaveLength(3);
  });

  it("passes of a service that is stopped when none of its tasks runs any more", async () => {
    cloud.answers("DescribeServices", service({ desiredCount: 0 }));
    cloud.answers("ListTasks", { taskArns: ["arn:task/0"] }, { taskArns: [] });
    cloud.answers("DescribeTasks", { tasks: [task(0)] });
    const [only] = inputs().services;
    const made = await gate.create(inputs({ services: [{ ...only, least: 0 }], deadlineMs: 60_000 }));
    expect(made).toMatchObject({ running: { api: 0 }, steady: true });
    expect(cloud.operations().filter((it) => it === "ListTasks").length).toBeGreaterThan(1);
  });

  it("fails at once when ECS went back by itself, and names what it went back to, though the service says completed", async () => {
    cloud.answers("DescribeServices", service({ taskDefinition: definition(1) }));
    runs(task(0, before, 1), task(1, before, 1));
    await expect(gate.create(inputs({ deadlineMs: 60_000 }))).rejects.toThrow(
      /green does not run v2: 1 of 1 services.*\nWhere: api \(prod-green-api\): ECS went back to prod-green-api:1; asked was prod-green-api:2/,
    );
    expect(cloud.operations().filter((it) => it === "DescribeServices")).toHaveLength(1);
  });

  it("fails at once when the deployment failed, with ECS's reason", async () => {
    const deployments = [{ status: "PRIMARY", rolloutState: "FAILED", rolloutStateReason: "tasks failed to start" }];
    cloud.answers("DescribeServices", service({ deployments }));
    await expect(gate.create(inputs({ deadlineMs: 60_000 }))).rejects.toThrow("failed (tasks failed to start)");
  });

  it("fails when the definition is right and the image that runs is another", async () => {
    runs(task(0), task(1, before));
    await expect(gate.create(inputs())).rejects.toThrow(`1 of 2 tasks run the image ${before}; asked was ${asked}`);
  });

  it("fails when its time is up: too few tasks, an image that nobody tells, a service that is not there", async () => {
    runs(task(0));
    await expect(gate.create(inputs())).rejects.toThrow("1 of 2 tasks run");
    runs(task(0), task(1, null));
    await expect(gate.create(inputs())).rejects.toThrow("1 tasks do not say yet which image they run");
    cloud.answers("DescribeServices", { services: [] });
    await expect(gate.create(inputs())).rejects.toThrow("ECS has no active service prod-green-api");
  });

  it("counts by what ECS wants where load made that more", async () => {
    cloud.answers("DescribeServices", service({ desiredCount: 3 }));
    await expect(gate.create(inputs())).rejects.toThrow("2 of 3 tasks run");
  });

  it("reads every page of the tasks", async () => {
    cloud.answers("ListTasks", { taskArns: ["arn:task/0"], nextToken: "more" }, { taskArns: ["arn:task/1"] });
    cloud.answers("DescribeTasks", { tasks: [task(0)] }, { tasks: [task(1, before)] });
    await expect(gate.create(inputs())).rejects.toThrow("1 of 2 tasks run the image");
  });

  it("shows by a refresh that ECS runs something else by now, and the next update looks again", async () => {
    await gate.create(inputs());
    expect(await gate.differs()).toBe(false);
    runs(task(0, before), task(1, before));
    expect(await gate.refresh()).toMatchObject({ steady: false });
    expect(await gate.differs()).toBe(true);
    await expect(gate.update()).rejects.toThrow("2 of 2 tasks run the image");
  });

  it("never takes a refusal of AWS for an answer: it says which right is missing", async () => {
    cloud.answers("DescribeServices", {
      error: "AccessDeniedException",
      message: "User: deployer is not authorized to perform: ecs:DescribeServices on resource: prod-green-api",
    });
    const failed = gate.create(inputs());
    await expect(failed).rejects.toThrow("AWS did not tell what prod-green-api runs: AccessDeniedException.");
    await expect(failed).rejects.toThrow("not authorized to perform: ecs:DescribeServices");
    await expect(failed).rejects.toThrow("docs/aws.md has its whole policy");
  });

  it("refuses an image without a digest before it asks anybody", async () => {
    const [first] = inputs().services;
    expect(await gate.refusals(inputs({ services: [{ ...first, digest: "latest" }] }))).toEqual([
      "services.0.digest: the digest of an image, sha256: and 64 hex digits",
    ]);
    expect(cloud.asked).toEqual([]);
  });
});
