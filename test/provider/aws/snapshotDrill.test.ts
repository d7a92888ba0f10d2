import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  CreateDBSubnetGroupCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rdsDrills, type SeenInstance } from "../../../provider/aws/drill/rdsDrills.ts";
import { type RestoreBeside, removeDrill, restoreBeside } from "../../../provider/aws/drill/restoreBeside.ts";
import { verifyRestored } from "../../../provider/aws/drill/verifyRestored.ts";
import { restoreDifferences } from "../../../release/restoreDrill.ts";
import { credentials, type Made, region, World } from "../../tools/aws/world.ts";

// The SDK's real requests, answered by moto's RDS and the simulator in front of it.

let world: World;
let rds: RDSClient;
let groups: string[];
beforeAll(async () => {
  world = await World.start({
    speed: 50,
    images: (image) => (image.endsWith(digest) ? { command: ["node", "-e", says] } : undefined),
  });
  process.env.AWS_ENDPOINT_URL = world.endpoint;
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  rds = new RDSClient(world.client);
  const { vpcId, subnets } = await world.network();
  const group = await world.make("aws:ec2/securityGroup:SecurityGroup", {
    name: "db",
    vpcId,
    description: "of the db",
  });
  groups = [group.id];
  await rds.send(
    new CreateDBSubnetGroupCommand({
      ...{ DBSubnetGroupName: "inside", DBSubnetGroupDescription: "inside", SubnetIds: subnets },
    }),
  );
  await rds.send(
    new CreateDBInstanceCommand({
      ...{ DBInstanceIdentifier: "shop-production", DBName: "shop", Engine: "postgres", EngineVersion: "16.3" },
      ...{
        DBInstanceClass: "db.t4g.medium",
        AllocatedStorage: 20,
        StorageEncrypted: true,
        DBSubnetGroupName: "inside",
      },
      ...{ MasterUsername: "shop", MasterUserPassword: "only for this test", VpcSecurityGroupIds: groups },
      // What a drill must not take over.
      ...{ MultiAZ: true, DeletionProtection: true, PubliclyAccessible: true, BackupRetentionPeriod: 7 },
    }),
  );
  await rds.send(
    new CreateDBSnapshotCommand({
      ...{ DBInstanceIdentifier: "shop-production", DBSnapshotIdentifier: "before-v2-prod" },
      Tags: [{ Key: "greenlight:stack", Value: "prod" }],
    }),
  );
}, 180_000);
afterAll(async () => {
  for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
  rds?.destroy();
  await world?.stop();
});

/** What the image runs: it prints its arguments, with the host that it was told of. */
const says = 'console.log(process.argv.slice(1).join(" ").replace("HOST", process.env.DRILL_DATABASE_HOST))';
const digest = `sha256:${"c".repeat(64)}`;
let told: string[];
let stop: AbortController;
let beside: SeenInstance;
beforeEach(async () => {
  told = [];
  stop = new AbortController();
  world.simulator.restores.order("available");
  beside = (await rdsDrills(rds).instance("shop-production", stop.signal)) as SeenInstance;
});
afterEach(async () => {
  world.simulator.faults.clear();
  world.simulator.restores.order("available");
  // Whatever a test left, and nothing of it is counted on.
  for (const { identifier } of await rdsDrills(rds).left("prod", new AbortController().signal)) {
    await rdsDrills(rds).remove(identifier, new AbortController().signal);
  }
});

const step = () => ({ signal: stop.signal, tell: (line: string) => void told.push(line) });
const plan = (more: Partial<RestoreBeside> = {}): RestoreBeside => ({
  ...{ name: "drill-before-v2-prod", snapshot: "before-v2-prod", stack: "prod", beside, tags: { team: "shop" } },
  ...{ region, keep: false, intervalMs: 20, deadlineMs: 60_000 },
  ...more,
});
const drill = <T>(work: (restored: SeenInstance) => Promise<T>, more: Partial<RestoreBeside> = {}) =>
  restoreBeside(rdsDrills(rds), plan(more), step(), work);
const nothing = () => Promise.resolve();
const failure = (it: Promise<unknown>) => it.then(() => expect.fail("it did not fail"), String);
const instances = async () =>
  ((await rds.send(new DescribeDBInstancesCommand({}))).DBInstances ?? []).map((it) => it.DBInstanceIdentifier).sort();
/** Every error says that the database that serves was not touched, and it was not. */
const original = async () => {
  const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: "shop-production" });
  const [{ LatestRestorableTime: _, ...it } = {}] = (await rds.send(asked)).DBInstances ?? [];
  return it;
};

describe("a snapshot that is drilled", () => {
  it("becomes an instance of its own as it was taken, beside the original and as little as can be, and is gone afterwards", async () => {
    const before = await original();
    const { done, ending } = await drill(async (restored) => {
      const make = await rdsDrills(rds).make("before-v2-prod", stop.signal);
      const [there] =
        (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: "drill-before-v2-prod" })))
          .DBInstances ?? [];
      expect(there).toMatchObject({
        DBInstanceClass: "db.t4g.medium",
        MultiAZ: false,
        PubliclyAccessible: false,
        DeletionProtection: false,
        BackupRetentionPeriod: 0,
        DBSubnetGroup: { DBSubnetGroupName: "inside" },
        VpcSecurityGroups: [{ VpcSecurityGroupId: groups[0] }],
        TagList: expect.arrayContaining([
          { Key: "team", Value: "shop" },
          { Key: "greenlight:stack", Value: "prod" },
          { Key: "greenlight:drill", Value: "before-v2-prod" },
        ]),
      });
      return { restored, make };
    });
    expect(done.make).toEqual({ engine: "postgres", version: "16.3", storage: 20, encrypted: true });
    expect(done.restored).toMatchObject({ status: "available", database: "shop", ...done.make });
    expect(done.make && restoreDifferences(done.make, done.restored, beside)).toEqual([]);
    expect(ending).toBe("removed");
    expect(await instances()).toEqual(["shop-production"]);
    expect(await original()).toEqual(before);
    const { DBSnapshots } = await rds.send(
      new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: "drill-before-v2-prod" }),
    );
    expect(DBSnapshots).toEqual([]);
    expect(told).toEqual([
      "drill-before-v2-prod is being made from before-v2-prod; it may take as long as 60 s",
      "drill-before-v2-prod is creating",
      "drill-before-v2-prod is available",
      "drill-before-v2-prod is removed, without a snapshot of it",
    ]);
  });

  it("stays where it is asked to, and is found and removed later", async () => {
    expect((await drill(nothing, { keep: true })).ending).toBe("kept");
    const left = await rdsDrills(rds).left("prod", stop.signal);
    expect(left).toMatchObject([{ identifier: "drill-before-v2-prod", drill: { snapshot: "before-v2-prod" } }]);
    expect(await rdsDrills(rds).left("other", stop.signal)).toEqual([]);
    expect(await removeDrill(rdsDrills(rds), plan(), step().tell)).toBe("removed");
    expect(await instances()).toEqual(["shop-production"]);
  });

  it("whose instance is there already, from a drill that was killed, says which, and leaves it alone", async () => {
    await rdsDrills(rds).restore("drill-before-v2-prod", plan(), stop.signal);
    const said = await failure(drill(nothing));
    expect(said).toContain("drill-before-v2-prod is there already, from a drill that is under way or was cut off");
    expect(said).toContain("greenlight drill snapshot --remove");
    expect(said).toContain("shop-production was only read, and never changed");
    expect(await instances()).toEqual(["drill-before-v2-prod", "shop-production"]);
  });

  it("whose instance's name is somebody else's says so, and no cleaning up touches that one", async () => {
    await rds.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier: "drill-before-v2-prod", Engine: "postgres", DBInstanceClass: "db.t4g.micro" },
        ...{ AllocatedStorage: 20, MasterUsername: "other", MasterUserPassword: "only for this test" },
      }),
    );
    expect(await failure(drill(nothing))).toContain("and no drill of the stack prod made it");
    expect(await failure(removeDrill(rdsDrills(rds), plan(), step().tell))).toContain("it is left alone");
    expect(await instances()).toContain("drill-before-v2-prod");
    await rdsDrills(rds).remove("drill-before-v2-prod", stop.signal);
  });

  it("that RDS refuses for its quota says so, and what to do", async () => {
    world.simulator.fail({
      ...{ kind: "refuse", service: "rds", action: "RestoreDBInstanceFromDBSnapshot" },
      ...{ code: "InstanceQuotaExceeded", message: "you have 40 of 40 instances" },
    });
    const said = await failure(drill(nothing));
    expect(said).toContain(
      "AWS did not restore the snapshot before-v2-prod into drill-before-v2-prod: InstanceQuotaExceeded",
    );
    expect(said).toContain("ask AWS for a higher quota; then run the same command again");
    expect(said).toContain("shop-production was only read, and never changed");
    expect(await instances()).toEqual(["shop-production"]);
  });

  it("that is interrupted removes its instance all the same", async () => {
    world.simulator.restores.order("creating");
    const said = failure(
      restoreBeside(
        rdsDrills(rds),
        plan(),
        { signal: stop.signal, tell: (line) => void (line.endsWith("is creating") && stop.abort()) },
        nothing,
      ),
    );
    expect(await said).toContain("The drill was interrupted.");
    expect(await said).toContain("drill-before-v2-prod is removed.");
    expect(await instances()).toEqual(["shop-production"]);
  });

  it("that is not available in time, and whose instance RDS does not let go, is no result, and says how it goes later", async () => {
    world.simulator.restores.order("creating");
    world.simulator.fail({
      ...{ kind: "refuse", service: "rds", action: "DeleteDBInstance" },
      ...{ code: "InvalidDBInstanceState", message: "it is being created" },
    });
    const said = await failure(drill(nothing, { deadlineMs: 40 }));
    expect(said).toContain("and not available after");
    expect(said).toContain("nothing is shown of before-v2-prod, neither good nor bad");
    expect(said).toContain("drill-before-v2-prod is still there, for it could not be removed");
    expect(told.at(-1)).toContain("AWS did not remove drill-before-v2-prod: InvalidDBInstanceState");
    expect(said).toContain("`greenlight drill snapshot --remove` removes it");
  });

  it("whose instance does not go afterwards keeps what it saw", async () => {
    world.simulator.fail({ kind: "deny", service: "rds", action: "DeleteDBInstance" });
    const { done, ending } = await drill((restored) => Promise.resolve(restored.status));
    expect([done, ending]).toEqual(["available", "still there"]);
    expect(told.at(-1)).toContain("AWS did not remove drill-before-v2-prod: AccessDenied");
  });

  it("that no database comes up from ends at once, and is told apart", async () => {
    world.simulator.restores.order("incompatible-restore");
    const { done } = await drill((restored) => Promise.resolve(restored));
    expect(done.status).toBe("incompatible-restore");
    expect(restoreDifferences(done, done, beside)).toEqual(["it is incompatible-restore, not available"]);
    expect(await instances()).toEqual(["shop-production"]);
  });

  it("is removed also where the work with it fails, and the failure is what is told", async () => {
    const said = await failure(drill(() => Promise.reject(new Error("the task broke"))));
    expect(said).toContain("The drill stopped: the task broke.");
    expect(said).toContain("drill-before-v2-prod is removed.");
    expect(await instances()).toEqual(["shop-production"]);
  });
});

describe.sequential("a restored database that a task asks", () => {
  let definition: Made;
  let cluster: Made;
  beforeAll(async () => {
    cluster = await world.make("aws:ecs/cluster:Cluster", { name: "shop" });
    await world.make("aws:cloudwatch/logGroup:LogGroup", { name: "/shop" });
    definition = await world.make("aws:ecs/taskDefinition:TaskDefinition", {
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
  const ask = (prints: string, ...words: readonly string[]) =>
    verifyRestored(
      step(),
      {
        ...{ region, cluster: cluster.arn, taskDefinition: definition.arn, container: "api", version: "v1" },
        ...{ subnets: ["subnet-0a1b2c3d"], securityGroups: groups, logGroup: "/shop", untouched: "Nothing." },
        ...{ intervalMs: 50, deadlineMs: 30_000, command: words, prints },
      },
      { ...beside, host: "drill-before-v2-prod.rds.example", port: 5432, database: "shop" },
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
