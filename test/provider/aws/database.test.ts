import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { snapshotIdentifier } from "../../../provider/aws/databaseSnapshot.ts";
import { Managed } from "../managed.ts";
import { Cloud } from "./cloud.ts";

let cloud: Cloud;
beforeEach(async () => {
  cloud = await Cloud.start();
});
afterEach(() => cloud.end());

describe("the snapshot before a release", () => {
  const inputs = (over: object = {}) => ({
    region: "eu-central-1",
    instance: "shop-production",
    version: "v2",
    commit: "a".repeat(40),
    prefix: "before-v2-prod",
    tags: { team: "shop" },
    intervalMs: 1,
    deadlineMs: 200,
    ...over,
  });
  const state = (Status: string, PercentProgress = 0) => ({
    DBSnapshots: [{ DBSnapshotArn: "arn:snapshot", Status, PercentProgress, Encrypted: true }],
  });
  let snapshot: Managed;
  beforeEach(() => {
    snapshot = new Managed("greenlight:aws:DatabaseSnapshot", "green-snapshot");
    cloud.answers("CreateDBSnapshot", {});
    cloud.answers("DescribeDBSnapshots", state("creating", 40), state("available", 100));
  });

  it("is waited for until it is whole, and says of which release and commit it is", async () => {
    const made = await snapshot.create(inputs({ deadlineMs: 60_000 }));
    expect(made).toMatchObject({ arn: "arn:snapshot", status: "available" });
    expect(made.identifier).toMatch(/^before-v2-prod-\d{8}-\d{6}z$/);
    const [asked] = cloud.asked;
    expect(asked?.operation).toBe("CreateDBSnapshot");
    expect(asked?.input).toMatchObject({
      DBInstanceIdentifier: "shop-production",
      DBSnapshotIdentifier: made.identifier,
      "Tags.Tag.1.Key": "team",
      "Tags.Tag.2.Key": "greenlight:release",
      "Tags.Tag.2.Value": "v2",
      "Tags.Tag.3.Key": "greenlight:commit",
      "Tags.Tag.3.Value": "a".repeat(40),
    });
  });

  it("is one of a cluster where the database is one", async () => {
    cloud.answers("CreateDBClusterSnapshot", {});
    cloud.answers("DescribeDBClusterSnapshots", {
      DBClusterSnapshots: [{ DBClusterSnapshotArn: "arn:cluster-snapshot", Status: "available" }],
    });
    const made = await snapshot.create(inputs({ instance: undefined, cluster: "shop" }));
    expect(made.arn).toBe("arn:cluster-snapshot");
    expect(cloud.asked[0]?.input).toMatchObject({ DBClusterIdentifier: "shop" });
  });

  it("is none when it fails, or is not whole in time", async () => {
    cloud.answers("DescribeDBSnapshots", state("failed"));
    await expect(snapshot.create(inputs())).rejects.toThrow(
      /The snapshot before-v2-prod-\S+ of shop-production is failed/,
    );
    cloud.answers("DescribeDBSnapshots", state("creating", 12));
    const late = snapshot.create(inputs());
    await expect(late).rejects.toThrow("is creating (12 %)");
    await expect(late).rejects.toThrow("Nothing was migrated or deployed; traffic is as before.");
    await expect(late).rejects.toThrow("raise greenlight:aws.database.snapshotDeadline");
  });

  it("says what to do when the quota of snapshots is reached", async () => {
    cloud.answers("CreateDBSnapshot", { error: "SnapshotQuotaExceeded", message: "Cannot create more than 100" });
    const failed = snapshot.create(inputs());
    await expect(failed).rejects.toThrow("AWS did not take a snapshot of shop-production: SnapshotQuotaExceeded");
    await expect(failed).rejects.toThrow("Cannot create more than 100");
    await expect(failed).rejects.toThrow("remove what is not needed any more or ask AWS for a higher quota");
  });

  it("is taken anew for another version, and the one before stays", async () => {
    cloud.answers("DescribeDBSnapshots", state("available"));
    await snapshot.create(inputs());
    expect(await snapshot.differs(inputs({ tags: {}, deadlineMs: 1 }))).toBe(false);
    expect(await snapshot.differs(inputs({ version: "v3" }))).toBe(true);
    const next = await snapshot.update(inputs({ version: "v3", prefix: "before-v3-prod" }));
    expect(next.identifier).toMatch(/^before-v3-prod-/);
    expect(cloud.operations().filter((it) => it.startsWith("Delete"))).toEqual([]);
  });

  it("outlives the release and the stack", async () => {
    cloud.answers("DescribeDBSnapshots", state("available"));
    await snapshot.create(inputs());
    const before = cloud.operations().length;
    await snapshot.delete();
    expect(cloud.operations()).toHaveLength(before);
  });

  it("that somebody removed is told by a refresh, and does not stand in the way of an update", async () => {
    cloud.answers("DescribeDBSnapshots", state("available"));
    await snapshot.create(inputs());
    cloud.answers("DescribeDBSnapshots", { error: "DBSnapshotNotFound" });
    expect(await snapshot.refresh()).toMatchObject({ status: "deleted" });
    expect(await snapshot.differs()).toBe(false);
  });

  it("is of one database", async () => {
    expect(await snapshot.refusals(inputs({ cluster: "shop" }))).toEqual([
      "instance: either instance or cluster, not both",
    ]);
  });

  it("has an identifier that RDS takes, for the longest prefix", () => {
    const name = snapshotIdentifier(`before-${"x".repeat(400)}`, new Date("2026-03-02T10:11:12.345Z"));
    expect(name).toMatch(/-20260302-101112z$/);
    expect(name.length).toBeLessThanOrEqual(255);
  });
});

describe("the migration", () => {
  const inputs = (over: object = {}) => ({
    region: "eu-central-1",
    cluster: "prod",
    taskDefinition: "arn:definition",
    container: "migration",
    subnets: ["subnet-0a1b2c3d"],
    securityGroups: ["sg-0a1b2c3d"],
    logGroup: "/greenlight/prod-green-migration",
    version: "v2",
    command: ["migrate", "deploy"],
    verify: ["migrate", "status"],
    prints: "schema is up to date",
    intervalMs: 1,
    deadlineMs: 60_000,
    ...over,
  });
  let migration: Managed;

  /** Tasks by number: how each ends, and what it prints. */
  function tasks(...ends: { exitCode?: number; prints?: readonly string[]; reason?: string }[]): void {
    let started = 0;
    cloud.answers("RunTask", () => ({ tasks: [{ taskArn: `arn:task/cluster/${++started}` }] }));
    cloud.answers("DescribeTasks", ({ tasks: arns }) => {
      const end = ends[Number(String(arns).split("/").at(-1)) - 1] ?? {};
      const container = {
        name: "migration",
        ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
        ...(end.reason === undefined ? {} : { reason: end.reason }),
      };
      return { tasks: [{ lastStatus: "STOPPED", containers: [container] }] };
    });
    cloud.answers("GetLogEvents", ({ logStreamName, nextToken }) => {
      const end = ends[Number(String(logStreamName).split("/").at(-1)) - 1] ?? {};
      const lines = nextToken === undefined ? (end.prints ?? []) : [];
      return { events: lines.map((message) => ({ message })), nextForwardToken: "end" };
    });
  }
  beforeEach(() => {
    migration = new Managed("greenlight:aws:MigrationTask", "green-migration");
  });

  it("runs as one task and is believed for what a second one prints", async () => {
    tasks(
      { exitCode: 0, prints: ["applied 2"] },
      { exitCode: 0, prints: ["2 migrations", "Database schema is up to date!"] },
    );
    expect(await migration.create(inputs())).toMatchObject({
      verifiedBy: "Database schema is up to date!",
      migratedBy: "arn:task/cluster/1",
    });
    // What the tasks print is shown while they run.
    expect(migration.told).toEqual(["applied 2", "2 migrations", "Database schema is up to date!"]);
    const started = cloud.asked.filter(({ operation }) => operation === "RunTask").map(({ input }) => input);
    expect(started).toMatchObject([
      { overrides: { containerOverrides: [{ name: "migration", command: ["migrate", "deploy"] }] } },
      { overrides: { containerOverrides: [{ name: "migration", command: ["migrate", "status"] }] } },
    ]);
    expect(started[0]).toMatchObject({
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { assignPublicIp: "DISABLED", subnets: ["subnet-0a1b2c3d"] } },
    });
  });

  it("that exits with 0 and did nothing is no migration", async () => {
    tasks({ exitCode: 0 }, { exitCode: 0, prints: ["1 migration has not been applied"] });
    const failed = migration.create(inputs());
    await expect(failed).rejects.toThrow('no line of the verification holds "schema is up to date"');
    await expect(failed).rejects.toThrow("It printed last:\n1 migration has not been applied");
  });

  it("is not believed for a verification that says the right thing and fails", async () => {
    tasks({ exitCode: 0 }, { exitCode: 1, prints: ["schema is up to date"] });
    await expect(migration.create(inputs())).rejects.toThrow(
      "the verification ended badly, its container ended with 1",
    );
  });

  it.each([
    [
      "fails",
      { exitCode: 1, prints: ["column email does not exist"] },
      "failed: its container ended with 1.",
      "column email does not exist",
    ],
    [
      "never starts",
      { reason: "CannotPullContainerError" },
      "failed: its container did not run (CannotPullContainerError).",
      "It printed nothing.",
    ],
  ])("that %s says what it printed last, what is kept and how to go on", async (_, end, expected, last) => {
    tasks(end);
    const failed = migration.create(inputs());
    await expect(failed).rejects.toThrow(`The migration to v2 ${expected}`);
    await expect(failed).rejects.toThrow(last);
    await expect(failed).rejects.toThrow("The snapshot from before is kept.");
    expect(cloud.operations().filter((it) => it === "RunTask")).toHaveLength(1);
  });

  it("that is not done in time is stopped", async () => {
    tasks({ exitCode: 0 });
    cloud.answers("DescribeTasks", { tasks: [{ lastStatus: "RUNNING", containers: [{ name: "migration" }] }] });
    cloud.answers("StopTask", {});
    await expect(migration.create(inputs({ deadlineMs: 20 }))).rejects.toThrow(
      "it was not done in time and was stopped",
    );
    expect(cloud.operations()).toContain("StopTask");
  });

  it("says why when ECS starts no task", async () => {
    cloud.answers("RunTask", { failures: [{ reason: "RESOURCE:ENI", detail: "no address left" }] });
    await expect(migration.create(inputs())).rejects.toThrow("ECS started no task: RESOURCE:ENI: no address left.");
  });

  it("waits for the last lines of a task that has ended, before it judges by them", async () => {
    tasks({ exitCode: 0 }, { exitCode: 0 });
    let asked = 0;
    cloud.answers("GetLogEvents", ({ logStreamName }) => {
      const verifying = String(logStreamName).endsWith("/2");
      asked += verifying ? 1 : 0;
      // The third question after the end is the first that has an answer.
      return verifying && asked === 3
        ? { events: [{ message: "schema is up to date" }], nextForwardToken: "1" }
        : { events: [], nextForwardToken: String(asked) };
    });
    expect(await migration.create(inputs())).toMatchObject({ verifiedBy: "schema is up to date" });
  });

  it("is not run again for the same version, however its task is started", async () => {
    tasks({ exitCode: 0 }, { exitCode: 0, prints: ["schema is up to date"] });
    await migration.create(inputs());
    expect(await migration.differs(inputs({ taskDefinition: "arn:other", prints: "else", subnets: ["s"] }))).toBe(
      false,
    );
    expect(await migration.differs(inputs({ version: "v3" }))).toBe(true);
  });
});
