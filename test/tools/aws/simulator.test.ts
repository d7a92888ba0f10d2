import { CloudWatchLogsClient, CreateLogGroupCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, processes } from "../../processes.ts";
import { type Made, standInAt, World } from "./world.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const good = `registry.example/shop@${digest("a")}`;
const better = `registry.example/shop@${digest("b")}`;
const dying = `registry.example/shop@${digest("c")}`;
const migration = `registry.example/migrate@${digest("d")}`;

const server = `require("http").createServer((q, s) => s.end(process.env.VERSION)).listen(+process.env.PORT, "127.0.0.1"); console.log("listening as", process.env.VERSION);`;
const commands: Record<string, [string, ...string[]]> = {
  [good]: [process.execPath, "-e", server],
  [better]: [process.execPath, "-e", server],
  [dying]: [process.execPath, "-e", "process.exit(3)"],
  [migration]: [
    process.execPath,
    "-e",
    'console.log("migrating", process.argv[1]); process.exit(process.argv[1] === "well" ? 0 : 4)',
  ],
};

let world: World;
let ecs: ECSClient;
let cluster: Made;
let group: Made;

beforeAll(async () => {
  world = await World.start({
    speed: 20,
    images: (image) => {
      const command = commands[image];
      return command === undefined ? undefined : { command };
    },
  });
  ecs = new ECSClient(world.client);
  await new CloudWatchLogsClient(world.client).send(new CreateLogGroupCommand({ logGroupName: "/shop" }));
  cluster = await world.make("aws:ecs/cluster:Cluster", { name: "shop" });
  const { vpcId } = await world.network();
  group = await world.make("aws:lb/targetGroup:TargetGroup", {
    ...{ name: "shop-blue", port: 8080, protocol: "HTTP", targetType: "ip", vpcId, deregistrationDelay: 5 },
    healthCheck: { path: "/", interval: 5, timeout: 2, healthyThreshold: 2, unhealthyThreshold: 2 },
  });
});
afterAll(async () => await world?.stop());

async function definition(image: string, version = "1"): Promise<string> {
  const containerDefinitions = JSON.stringify([
    {
      name: "app",
      image,
      portMappings: [{ containerPort: 8080 }],
      environment: [{ name: "VERSION", value: version }],
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/shop", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "blue" },
      },
    },
  ]);
  const made = await world.make("aws:ecs/taskDefinition:TaskDefinition", {
    ...{
      family: "shop",
      cpu: "256",
      memory: "512",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      containerDefinitions,
    },
  });
  return made.arn;
}

async function described() {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: cluster.arn, services: ["blue"] }));
  return services?.[0];
}

async function steady() {
  return await eventually("a steady state", async () => {
    const it = await described();
    return it?.deployments?.length === 1 &&
      it.runningCount === it.desiredCount &&
      it.pendingCount === 0 &&
      it.deployments[0]?.rolloutState === "COMPLETED"
      ? it
      : undefined;
  });
}

/** What each running task is, by its own port. */
async function answers(): Promise<string[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: cluster.arn, serviceName: "blue" }));
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: cluster.arn, tasks: taskArns }));
  const ports = tasks.map(({ containers }) => containers?.[0]?.networkBindings?.[0]?.hostPort);
  return await Promise.all(ports.map(async (port) => await (await fetch(`http://127.0.0.1:${port}/`)).text()));
}

describe.sequential("a service on the simulated ECS", () => {
  let service: Made;
  let inputs: Record<string, unknown>;

  it("runs its tasks as processes, and waits for its steady state", async () => {
    inputs = {
      ...{
        name: "blue",
        cluster: cluster.arn,
        launchType: "FARGATE",
        desiredCount: 2,
        taskDefinition: await definition(good),
      },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      loadBalancers: [{ targetGroupArn: group.arn, containerName: "app", containerPort: 8080 }],
      waitForSteadyState: true,
    };
    service = await world.make("aws:ecs/service:Service", inputs);
    expect(await steady()).toMatchObject({
      runningCount: 2,
      desiredCount: 2,
      deployments: [{ rolloutState: "COMPLETED" }],
    });
    expect(await answers()).toEqual(["1", "1"]);
    expect(world.simulator.ecs.pids).toHaveLength(2);
  });

  it("has targets whose health was really asked", async () => {
    const elb = new ElasticLoadBalancingV2Client(world.client);
    const health = await eventually("two healthy targets", async () => {
      const { TargetHealthDescriptions: found } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: group.arn }),
      );
      return found?.every(({ TargetHealth: it }) => it?.State === "healthy") ? found : undefined;
    });
    expect(health.map(({ Target: it }) => it?.Id)).toEqual(["127.0.0.1", "127.0.0.1"]);
  });

  it("tells the digest that runs, and logs what it says", async () => {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: cluster.arn, serviceName: "blue" }));
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: cluster.arn, tasks: taskArns }));
    expect(tasks[0]?.containers?.[0]).toMatchObject({ imageDigest: digest("a"), lastStatus: "RUNNING" });
    const logStreamName = `blue/app/${taskArns[0]?.split("/").at(-1)}`;
    const logs = new CloudWatchLogsClient(world.client);
    const said = await eventually("a line", async () => {
      const { events } = await logs.send(new GetLogEventsCommand({ logGroupName: "/shop", logStreamName }));
      return events?.[0]?.message;
    });
    expect(said).toBe("listening as 1");
  });

  it("replaces them on a deployment", async () => {
    await service.change({ ...inputs, taskDefinition: await definition(better, "2") }, "taskDefinition");
    await steady();
    expect(await answers()).toEqual(["2", "2"]);
    expect(world.simulator.ecs.pids).toHaveLength(2);
  });

  it("starts another for one that dies", async () => {
    const [victim = 0] = world.simulator.ecs.pids;
    process.kill(victim, "SIGKILL");
    await eventually("two others", async () => {
      const { pids } = world.simulator.ecs;
      return !pids.includes(victim) && pids.length === 2 ? true : undefined;
    });
    await steady();
  });

  it("goes back by itself from a version that dies, while the tool says updated", async () => {
    const arn = await definition(dying);
    await service.change(
      { ...inputs, taskDefinition: arn, waitForSteadyState: false },
      "taskDefinition",
      "waitForSteadyState",
    );
    await eventually("the breaker", async () => ((await described())?.taskDefinition === arn ? undefined : true));
    const it = await steady();
    expect(it.events?.map(({ message }) => message).join()).toContain("rolling back");
    expect(await answers()).toEqual(["2", "2"]);
    await service.refresh();
    expect((await service.diff({ ...inputs, taskDefinition: arn })).changed).toContain("taskDefinition");
  });

  it("tells a task whose image it has no command for, as ECS tells one that cannot be pulled", async () => {
    const { tasks } = await ecs.send(
      new RunTaskCommand({ cluster: "shop", taskDefinition: await definition("registry.example/none@sha256:0") }),
    );
    const task = await eventually("its end", async () => {
      const { tasks: found } = await ecs.send(
        new DescribeTasksCommand({ cluster: "shop", tasks: [tasks?.[0]?.taskArn ?? ""] }),
      );
      return found?.[0]?.lastStatus === "STOPPED" ? found[0] : undefined;
    });
    expect(task).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringContaining("CannotPullContainerError"),
    });
  });

  it.each([
    ["well", 0],
    ["badly", 4],
  ])("runs a migration once, which ends %s", async (command, exitCode) => {
    const overrides = { containerOverrides: [{ name: "app", command: [command] }] };
    const { tasks } = await ecs.send(
      new RunTaskCommand({ cluster: "shop", taskDefinition: await definition(migration), overrides }),
    );
    const task = await eventually("its end", async () => {
      const { tasks: found } = await ecs.send(
        new DescribeTasksCommand({ cluster: "shop", tasks: [tasks?.[0]?.taskArn ?? ""] }),
      );
      return found?.[0]?.lastStatus === "STOPPED" ? found[0] : undefined;
    });
    expect(task.containers?.[0]).toMatchObject({ exitCode });
    expect(task.stopCode).toBe("EssentialContainerExited");
  });

  it("is scaled to nothing, and leaves no process", async () => {
    const pids = world.simulator.ecs.pids;
    await service.delete();
    expect(world.simulator.ecs.pids).toEqual([]);
    expect((await processes()).filter(({ pid }) => pids.includes(pid))).toEqual([]);
  });
});

describe("what the simulator can be told", () => {
  async function told(path: string, order: object, method = "POST") {
    const answer = await fetch(`${world.endpoint}/_simulator/${path}`, {
      method,
      ...(method === "GET" ? {} : { body: JSON.stringify(order) }),
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  }
  const describeCluster = async (standIn = world.standIn) =>
    await standIn.read({ type: "aws:ecs/cluster:Cluster", name: "shop" }, cluster.id, cluster.state, cluster.inputs);

  it("throttles a few requests, which the stand-in outlasts", async () => {
    await told("fault", { kind: "throttle", service: "ecs", action: "DescribeClusters", times: 2 });
    expect((await describeCluster())?.state).toMatchObject({ name: "shop" });
  });

  it("throttles without end, which is told and never called done", async () => {
    await told("fault", { kind: "throttle", service: "ecs" });
    const impatient = standInAt(world.endpoint, { maxRetries: 2 });
    await expect(describeCluster(impatient)).rejects.toThrow(
      /ecs:DescribeClusters: AWS throttled it, 3 times in a row \(ThrottlingException\)/,
    );
    await told("faults", {}, "DELETE");
  });

  it("denies, which is told with the action and the resource", async () => {
    world.simulator.fail({ kind: "deny", service: "elasticloadbalancing", action: "DescribeTargetGroups", times: 1 });
    const target = { type: "aws:lb/targetGroup:TargetGroup", name: "group" };
    await expect(world.standIn.delete(target, group.id, group.state)).resolves.toBeUndefined();
    await expect(world.standIn.read(target, group.id, group.state, group.inputs)).rejects.toThrow(
      /access denied\..*Allow elasticloadbalancing:DescribeTargetGroups/,
    );
  });

  it("lets credentials expire, which is told as that", async () => {
    world.simulator.fail({ kind: "expire" });
    await expect(describeCluster()).rejects.toThrow(/the credentials are not valid, or no longer.*Renew them/);
    world.simulator.faults.clear();
  });

  it("reaches a limit", async () => {
    world.simulator.fail({
      kind: "refuse",
      service: "ecs",
      action: "CreateCluster",
      code: "LimitExceededException",
      message: "The limit of clusters is reached.",
      times: 50,
    });
    const impatient = standInAt(world.endpoint, { maxRetries: 0 });
    await expect(impatient.create({ type: "aws:ecs/cluster:Cluster", name: "more" }, { name: "more" })).rejects.toThrow(
      /The limit of clusters is reached/,
    );
    world.simulator.faults.clear();
  });

  it("says what it does not know, as an error that the SDK reads", async () => {
    const { StartTaskCommand } = await import("@aws-sdk/client-ecs");
    await expect(ecs.send(new StartTaskCommand({ containerInstances: ["a"], taskDefinition: "b" }))).rejects.toThrow(
      /does not know StartTask/,
    );
    const { CloudFrontClient, ListResponseHeadersPoliciesCommand } = await import("@aws-sdk/client-cloudfront");
    await expect(new CloudFrontClient(world.client).send(new ListResponseHeadersPoliciesCommand({}))).rejects.toThrow(
      /Neither moto nor the simulator knows cloudfront:GET/,
    );
  });

  it("refuses orders that it does not understand", async () => {
    expect(await told("fault", { kind: "explode" })).toMatchObject({ status: 400, error: expect.any(String) });
    expect(await told("nonsense", {})).toMatchObject({
      status: 400,
      error: expect.stringContaining("nothing that the simulator can be told"),
    });
  });
});
