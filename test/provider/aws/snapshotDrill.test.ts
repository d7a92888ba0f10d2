import { CreateDBInstanceCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DatabaseKind } from "../../../provider/aws/databaseKind.ts";
import { leftByDrills, type SeenDatabase } from "../../../provider/aws/drill/drilled.ts";
import { removeDrill } from "../../../provider/aws/drill/removeDrill.ts";
import { type RestoreBeside, restoreBeside } from "../../../provider/aws/drill/restoreBeside.ts";
import { verifyRestored } from "../../../provider/aws/drill/verifyRestored.ts";
import { restoreDifferences } from "../../../release/restoreDrill.ts";
import { patient } from "../../patience.ts";
import { type Made, region } from "../../tools/aws/world.ts";
import { DrillShop, drill as name, originals, snapshot } from "./drillShop.ts";

// The SDK's real requests, answered by moto's RDS and the simulator in front of it.

let shop: DrillShop;
beforeAll(async () => {
  shop = await DrillShop.start({
    images: (image) => (image.endsWith(digest) ? { command: ["node", "-e", says] } : undefined),
  });
});
afterAll(async () => await shop?.stop());

/** What the image runs: it prints its arguments, with the host that it was told of. */
const says = 'console.log(process.argv.slice(1).join(" ").replace("HOST", process.env.DRILL_DATABASE_HOST))';
const digest = `sha256:${"c".repeat(64)}`;
let told: string[];
let stop: AbortController;
beforeEach(() => {
  told = [];
  stop = new AbortController();
});
afterEach(() => shop.clear());

const step = () => ({ signal: stop.signal, tell: (line: string) => void told.push(line) });
/** Stops the drill when it says something. */
const stoppedAt = (said: string) => ({
  signal: stop.signal,
  tell: (line: string) => void (line === said && stop.abort()),
});
const original = async (kind: DatabaseKind) =>
  (await shop.api(kind).original(originals[kind], stop.signal)) as SeenDatabase;
const plan = async (kind: DatabaseKind, more: Partial<RestoreBeside> = {}): Promise<RestoreBeside> => {
  const make = await shop.api(kind).make(snapshot, stop.signal);
  if (make === undefined) throw new Error("there is a snapshot");
  return {
    ...{ name, snapshot, make, stack: "prod", beside: await original(kind), tags: { team: "shop" } },
    ...{ region, keep: false, intervalMs: 20, deadlineMs: 60_000 },
    ...more,
  };
};
const drill = async <T>(
  kind: DatabaseKind,
  work: (restored: SeenDatabase) => Promise<T>,
  { step: how = step(), ...more }: Partial<RestoreBeside> & { step?: ReturnType<typeof step> } = {},
) => restoreBeside(shop.api(kind), await plan(kind, more), how, work);
const nothing = () => Promise.resolve();
const failure = (it: Promise<unknown>) => it.then(() => expect.fail("it did not fail"), String);
const tags = expect.arrayContaining([
  { Key: "team", Value: "shop" },
  { Key: "greenlight:stack", Value: "prod" },
  { Key: "greenlight:drill", Value: snapshot },
]);
const made = (kind: DatabaseKind) =>
  kind === "cluster" ? [`cluster ${name}`, `instance ${name}`] : [`instance ${name}`];

describe.each([
  ["instance", "RestoreDBInstanceFromDBSnapshot", "DeleteDBInstance"],
  ["cluster", "RestoreDBClusterFromSnapshot", "DeleteDBCluster"],
] as const)("a snapshot that is drilled, of an RDS %s", (kind, restores, deletes) => {
  it("becomes a database of its own as it was taken, and is gone afterwards; the original is only read", async () => {
    const before = await shop.original(kind);
    const { make } = await plan(kind);
    const { done: restored, ending } = await drill(kind, async (it) => {
      expect(await shop.made()).toEqual(made(kind));
      return it;
    });
    expect(restored).toMatchObject({ kind, status: "available", database: "shop", ...make });
    expect(restoreDifferences(make, restored, await original(kind))).toEqual([]);
    expect(ending).toBe("removed");
    expect(await shop.made()).toEqual([]);
    expect(await shop.original(kind)).toEqual(before);
  });

  it("stays where it is asked to, and is found and removed later", async () => {
    expect((await drill(kind, nothing, { keep: true })).ending).toBe("kept");
    const left = await leftByDrills(shop.api(kind), "prod", stop.signal);
    expect(left).toMatchObject([{ kind, identifier: name, status: "available", drill: { snapshot } }]);
    expect(await leftByDrills(shop.api(kind), "other", stop.signal)).toEqual([]);
    expect(await removeDrill(shop.api(kind), await plan(kind), step().tell)).toBe("removed");
    expect(await shop.made()).toEqual([]);
  });

  it("whose database is there already, from a drill that was killed, says which, and leaves it alone", async () => {
    const [first] = shop.api(kind).parts;
    await first?.make(name, await plan(kind), stop.signal);
    const said = await failure(drill(kind, nothing));
    expect(said).toContain(`${name} is there already, from a drill that is under way or was cut off`);
    expect(said).toContain("greenlight drill snapshot --remove");
    expect(said).toContain(`${originals[kind]} was only read, and never changed`);
    expect(await shop.made()).toEqual([`${kind} ${name}`]);
  });

  it("whose name is somebody else's says so, and no cleaning up touches that one", async () => {
    await shop.rds.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier: name, Engine: "postgres", DBInstanceClass: "db.t4g.micro" },
        ...{ AllocatedStorage: 20, MasterUsername: "other", MasterUserPassword: "only for this test" },
      }),
    );
    try {
      expect(await failure(drill(kind, nothing))).toContain("and no drill of the stack prod made it");
      const removed = removeDrill(shop.api(kind), await plan(kind), step().tell);
      expect(await failure(removed)).toContain("it is left alone");
      expect(await shop.made()).toEqual([`instance ${name}`]);
    } finally {
      await shop.api("instance").parts[0]?.remove(name, stop.signal);
    }
  });

  it("that RDS refuses for its quota says so, and what to do", async () => {
    shop.world.simulator.fail({
      ...{ kind: "refuse", service: "rds", action: restores },
      ...{ code: "InstanceQuotaExceeded", message: "you have 40 of 40" },
    });
    const said = await failure(drill(kind, nothing));
    expect(said).toContain(`AWS did not restore the snapshot ${snapshot} into ${name}: InstanceQuotaExceeded`);
    expect(said).toContain("ask AWS for a higher quota; then run the same command again");
    expect(said).toContain(`${originals[kind]} was only read, and never changed`);
    expect(await shop.made()).toEqual([]);
  });

  it("that is interrupted removes its database all the same", async () => {
    shop.world.simulator.restores.order("creating");
    const said = await failure(drill(kind, nothing, { step: stoppedAt(`${name} is creating`) }));
    expect(said).toContain("The drill was interrupted.");
    expect(said).toContain(`${name} is removed.`);
    expect(await shop.made()).toEqual([]);
  });

  it("that is not available in time, and which RDS does not let go, is no result, and says how it goes later", async () => {
    shop.world.simulator.restores.order("creating");
    shop.world.simulator.fail({
      ...{ kind: "refuse", service: "rds", action: deletes },
      ...{ code: "InvalidDBInstanceState", message: "it is being created" },
    });
    const said = await failure(drill(kind, nothing, { deadlineMs: 40 }));
    expect(said).toContain("and not available after");
    expect(said).toContain(`nothing is shown of ${snapshot}, neither good nor bad`);
    expect(said).toContain(`${name} is still there, for it could not be removed`);
    expect(told.at(-1)).toContain(`AWS did not remove ${name}: InvalidDBInstanceState`);
    expect(said).toContain("`greenlight drill snapshot --remove` removes it");
  });

  it("whose database does not go afterwards keeps what it saw", async () => {
    shop.world.simulator.fail({ kind: "deny", service: "rds", action: deletes });
    const { done, ending } = await drill(kind, (restored) => Promise.resolve(restored.status));
    expect([done, ending]).toEqual(["available", "still there"]);
    expect(told.at(-1)).toContain(`AWS did not remove ${name}: AccessDenied`);
  });

  it("that no database comes up from ends at once, and is told apart", async () => {
    shop.world.simulator.restores.order("incompatible-restore");
    const { done } = await drill(kind, (restored) => Promise.resolve(restored));
    expect(done.status).toBe("incompatible-restore");
    expect(restoreDifferences(done, done, await original(kind))).toEqual(["it is incompatible-restore, not available"]);
    expect(await shop.made()).toEqual([]);
  });

  it("is removed also where the work with it fails, and the failure is what is told", async () => {
    const said = await failure(drill(kind, () => Promise.reject(new Error("the task broke"))));
    expect(said).toContain("The drill stopped: the task broke.");
    expect(said).toContain(`${name} is removed.`);
    expect(await shop.made()).toEqual([]);
  });
});

it("an instance that is drilled stands beside the original, and is as little as can be", async () => {
  await drill("instance", async () => {
    const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: name });
    expect((await shop.rds.send(asked)).DBInstances).toMatchObject([
      {
        ...{ DBInstanceClass: "db.t4g.medium", MultiAZ: false, PubliclyAccessible: false, DeletionProtection: false },
        ...{ BackupRetentionPeriod: 0, DBSubnetGroup: { DBSubnetGroupName: "inside" }, TagList: tags },
        VpcSecurityGroups: [{ VpcSecurityGroupId: shop.groups[0] }],
      },
    ]);
  });
  expect(told).toEqual([
    `${name} is being made from ${snapshot}; it may take as long as 60 s`,
    `${name} is creating`,
    `${name} is available`,
    `${name} is removed, without a snapshot of it`,
  ]);
});

describe("a cluster that is drilled", () => {
  it("stands beside the original with one instance as its writer is, and goes after that", async () => {
    await drill("cluster", async ({ host }) => {
      const { DBClusters } = await shop.rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: name }));
      expect(DBClusters).toMatchObject([
        {
          ...{ Endpoint: host, EngineMode: "provisioned", DBClusterParameterGroup: "shop-aurora", TagList: tags },
          ...{ DBSubnetGroup: "inside", DeletionProtection: false, BackupRetentionPeriod: 1, MultiAZ: false },
          ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
          VpcSecurityGroups: [{ VpcSecurityGroupId: shop.groups[0] }],
          DBClusterMembers: [{ DBInstanceIdentifier: name, IsClusterWriter: true }],
        },
      ]);
      const { DBInstances } = await shop.rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }));
      expect(DBInstances).toMatchObject([
        { DBInstanceClass: "db.serverless", DBClusterIdentifier: name, PubliclyAccessible: false, TagList: tags },
      ]);
    });
    expect(told).toEqual([
      `${name} is being made from ${snapshot}; it may take as long as 60 s`,
      `${name} is creating`,
      `${name} is available`,
      `the instance in ${name} is being made`,
      `the instance in ${name} is creating`,
      `the instance in ${name} is available`,
      `the instance in ${name} is removed, without a snapshot of it`,
      `${name} is removed, without a snapshot of it`,
    ]);
  });

  it("and is interrupted while its instance is made leaves neither", async () => {
    shop.world.simulator.restores.order("creating", "instance");
    const said = await failure(drill("cluster", nothing, { step: stoppedAt(`the instance in ${name} is creating`) }));
    expect(said).toContain("The drill was interrupted.");
    expect(said).toContain(`${name} is removed.`);
    expect(await shop.made()).toEqual([]);
  });

  it("and gets no instance, for RDS's quota, goes again", async () => {
    shop.world.simulator.fail({
      ...{ kind: "refuse", service: "rds", action: "CreateDBInstance" },
      ...{ code: "InstanceQuotaExceeded", message: "you have 40 of 40" },
    });
    const said = await failure(drill("cluster", nothing));
    expect(said).toContain(`AWS did not make an instance in ${name}: InstanceQuotaExceeded`);
    expect(said).toContain(`${name} is removed.`);
    expect(await shop.made()).toEqual([]);
  });

  it("and whose instance RDS does not let go stays with it", async () => {
    shop.world.simulator.fail({ kind: "deny", service: "rds", action: "DeleteDBInstance" });
    expect((await drill("cluster", nothing)).ending).toBe("still there");
    expect(told.at(-1)).toContain(`AWS did not remove the instance in ${name}: AccessDenied`);
    expect(await shop.made()).toEqual(made("cluster"));
  });

  it("and which RDS does not let go yet is asked to go again", async () => {
    shop.world.simulator.fail({
      ...{ kind: "refuse", service: "rds", action: "DeleteDBCluster", times: 2 },
      ...{ code: "InvalidDBClusterStateFault", message: "it is not currently in the available state" },
    });
    expect((await drill("cluster", nothing)).ending).toBe("removed");
    expect(told.slice(-2)).toEqual([
      `${name} is available, and RDS does not let it go yet`,
      `${name} is removed, without a snapshot of it`,
    ]);
    expect(await shop.made()).toEqual([]);
  });

  it("and was killed before it had its instance is found, and goes", async () => {
    await shop.api("cluster").parts[0]?.make(name, await plan("cluster"), stop.signal);
    const find = () => leftByDrills(shop.api("cluster"), "prod", stop.signal);
    await expect
      .poll(find, patient)
      .toMatchObject([{ kind: "cluster", identifier: name, status: "without an instance" }]);
    expect(await removeDrill(shop.api("cluster"), await plan("cluster"), step().tell)).toBe("removed");
    expect(await shop.made()).toEqual([]);
  });

  it("is of Aurora, provisioned, and has an instance whose class is known; others are refused", async () => {
    const { unfit } = shop.api("cluster");
    const it = await original("cluster");
    expect(unfit(it)).toBeUndefined();
    expect(unfit({ ...it, engine: "postgres" })).toContain("of clusters only Aurora's are drilled");
    const of = (more: object) => unfit({ ...it, ...(it.cluster && { cluster: { ...it.cluster, ...more } }) });
    expect(of({ mode: "serverless" })).toContain("only provisioned clusters are drilled");
    expect(of({ writer: undefined })).toContain("has no instance that writes");
  });
});

describe.sequential("a restored database that a task asks", () => {
  let definition: Made;
  let cluster: Made;
  beforeAll(async () => {
    cluster = await shop.world.make("aws:ecs/cluster:Cluster", { name: "shop" });
    await shop.world.make("aws:cloudwatch/logGroup:LogGroup", { name: "/shop" });
    definition = await shop.world.make("aws:ecs/taskDefinition:TaskDefinition", {
      ...{ family: "shop", cpu: "256", memory: "512", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"] },
      containerDefinitions: JSON.stringify([
        {
          name: "api",
          image: `registry.example/shop@${digest}`,
          essential: true,
          environment: [{ name: "DRILL_DATABASE_HOST", value: "the database that serves" }],
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": "/shop", "awslogs-region": region, "awslogs-stream-prefix": "api" },
          },
        },
      ]),
    });
  });
  const ask = async (prints: string, ...words: readonly string[]) =>
    verifyRestored(
      step(),
      {
        ...{ region, cluster: cluster.arn, taskDefinition: definition.arn, container: "api", version: "v1" },
        ...{ subnets: ["subnet-0a1b2c3d"], securityGroups: shop.groups, logGroup: "/shop", untouched: "Nothing." },
        ...{ intervalMs: 50, deadlineMs: 30_000, command: words, prints },
      },
      { ...(await original("instance")), host: "drill-before-v2-prod.rds.example", port: 5432, database: "shop" },
    );

  it("is told where it is by variables, and believed for what it prints of that host", async () => {
    expect(await ask("up to date", "HOST is up to date")).toMatchObject({
      line: "drill-before-v2-prod.rds.example is up to date",
      fault: undefined,
    });
    expect(told).toEqual(["drill-before-v2-prod.rds.example is up to date"]);
  });

  it.each([
    ["prints something else", "HOST lacks 2 migrations", 'no line of the verification holds "up to date"'],
    [
      "asked the database that serves",
      "shop-production is up to date",
      "no line of the verification names the host drill-before-v2-prod.rds.example, so it may have asked the database that serves",
    ],
  ])("is not believed where whoever asks %s", async (_, printed, fault) => {
    expect(await ask("up to date", printed)).toMatchObject({ line: undefined, fault });
  });
});
