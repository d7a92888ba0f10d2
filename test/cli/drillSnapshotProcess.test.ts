import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { database, settings } from "../components/aws/shop.ts";
import { credentials, World } from "../tools/aws/world.ts";
import { awsProject } from "./awsStack.ts";
import type { Project } from "./project.ts";

// The command as a process of its own, against the simulated AWS.

let world: World;
let rds: RDSClient;
let project: Project;
beforeAll(async () => {
  world = await World.start({ speed: 50 });
  rds = new RDSClient(world.client);
  await rds.send(
    new CreateDBInstanceCommand({
      ...{ DBInstanceIdentifier: "shop-production", Engine: "postgres", EngineVersion: "16.3", AllocatedStorage: 20 },
      ...{ DBInstanceClass: "db.t4g.medium", MasterUsername: "shop", MasterUserPassword: "only for this test" },
    }),
  );
  const Tags = [{ Key: "greenlight:stack", Value: "prod" }];
  const asked = { DBInstanceIdentifier: "shop-production", DBSnapshotIdentifier: "before-v2-prod", Tags };
  await rds.send(new CreateDBSnapshotCommand(asked));
}, 180_000);
afterAll(async () => {
  rds?.destroy();
  await world?.stop();
});
beforeEach(() => {
  const { migration: _, ...bare } = database;
  project = awsProject("green", { aws: { ...settings.aws, gates: { interval: "200ms" }, database: bare } });
  world.simulator.restores.order("available");
});
afterEach(() => project.remove());

const drill = (...args: string[]) =>
  execa(
    process.execPath,
    ["--import", "tsx", "cli/main.ts", "drill", "snapshot", "--json", "--project", project.dir, ...args],
    {
      ...{ reject: false, stdin: "ignore" },
      env: {
        AWS_ENDPOINT_URL: world.endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    },
  );
/** Runs it until it says something, and sends it a signal then. */
async function until(text: string, signal: NodeJS.Signals) {
  const running = drill();
  for await (const line of running.iterable({ from: "stderr" })) {
    if (line.includes(text)) running.kill(signal);
  }
  return await running;
}
const instances = async () =>
  ((await rds.send(new DescribeDBInstancesCommand({}))).DBInstances ?? []).map((it) => it.DBInstanceIdentifier).sort();
const records = () =>
  new JournalFile(openContext({ project: project.dir, json: true, yes: true })).read().records.length;

describe.sequential("a drill as a process", { timeout: 180_000 }, () => {
  it("shows the restore, and leaves nothing but its record", async () => {
    const { exitCode, stdout } = await drill();
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, differences: [], verification: null, ending: "removed" });
    expect(exitCode).toBe(0);
    expect(await instances()).toEqual(["shop-production"]);
    expect(records()).toBe(1);
  });

  it("that gets Ctrl-C removes its instance, says so, and is no result", async () => {
    world.simulator.restores.order("creating");
    const { exitCode, stdout } = await until("drill-before-v2-prod is creating", "SIGINT");
    expect(JSON.parse(stdout).error).toMatchObject({
      happened: "The drill was interrupted.",
      untouched: expect.stringMatching(/shop-production was only read.*drill-before-v2-prod is removed\.$/),
    });
    expect(exitCode).toBe(130);
    expect(await instances()).toEqual(["shop-production"]);
    expect(records()).toBe(0);
  });

  it("that is killed leaves an instance, which the next one names and --remove removes", async () => {
    world.simulator.restores.order("creating");
    expect((await until("drill-before-v2-prod is creating", "SIGKILL")).signal).toBe("SIGKILL");
    expect(await instances()).toEqual(["drill-before-v2-prod", "shop-production"]);

    const next = await drill();
    expect(next.exitCode).toBe(6);
    expect(JSON.parse(next.stdout).error).toMatchObject({
      happened: expect.stringContaining("drill-before-v2-prod is there already, from a drill"),
      next: expect.stringContaining("greenlight drill snapshot --remove"),
    });

    const removed = await drill("--remove", "--yes");
    expect(JSON.parse(removed.stdout)).toEqual({
      ok: true,
      removed: [{ instance: "drill-before-v2-prod", ending: "removed" }],
    });
    expect(removed.exitCode).toBe(0);
    expect(await instances()).toEqual(["shop-production"]);
  });
});
