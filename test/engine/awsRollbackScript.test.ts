import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../processes.ts";
import { AwsShop, toBlue, toGreen } from "./awsShop.ts";
import { MigratedDatabase } from "./migratedDatabase.ts";

// The command on a simulated AWS whose one-off tasks are processes of this machine that change a real PostgreSQL.

let database: MigratedDatabase;
let shop: AwsShop;

beforeAll(async () => {
  database = await MigratedDatabase.open();
  const migration = { prints: "up to date", rollback: { command: ["back"], prints: "is missing" } };
  shop = await AwsShop.open({}, {}, {}, migration);
  const ways = { v1: "well", v2: "well", v3: "stuck", v4: "slow" };
  for (const [version, MIGRATION] of Object.entries(ways)) {
    await shop.writeManifest(version, { DATABASE_URL: database.url, MIGRATION });
  }
  await shop.succeed("up", "--skip-preview");
});

afterAll(async () => {
  await shop?.close();
  await database?.stop();
});

/** Deploys a version beside v1, which migrates, and gives it the traffic. */
async function serve(version: string): Promise<void> {
  await shop.project.set({ live: "blue", green: version });
  await shop.succeed("up", "--skip-preview");
  await shop.project.set({ live: "green" });
  await shop.succeed("up", "--skip-preview");
  expect(await shop.weights()).toEqual(toGreen);
}

const rollback = ["rollback", "--reason", "checkout fails", "--database", "script"];
const rollBack = () => shop.greenlight(rollback);

describe.sequential("a rollback on AWS that takes the database back", () => {
  it("moves traffic, then takes the migration back by a task whose lines are told, and asks the database", async () => {
    await serve("v2");
    expect(await database.schema()).toEqual({ recorded: ["v1", "v2"], columns: ["v1", "v2"] });
    const { exitCode, json, said } = await rollBack();
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      database: "script",
      databaseReport: expect.stringMatching(
        /^The rollback script took back the migration of v2 \(arn:aws:ecs:.*\): the database says "v2 is missing"\.$/,
      ),
      verified: { health: "4 of 4 instances", passed: true },
      serving: { environment: "blue", version: "v1" },
    });
    expect(said).toMatch(/traffic is back: blue v1[\s\S]*the schema is up to date[\s\S]*taking v2 back to v1/);
    expect(await database.schema()).toEqual({ recorded: ["v1"], columns: ["v1"] });
    expect(await shop.weights()).toEqual(toBlue);
  });

  it("whose script fails leaves traffic back, and says what the database said; mended, it is given again", async () => {
    await serve("v3");
    const { exitCode, json } = await rollBack();
    expect(exitCode).toBe(1);
    expect(json.error).toMatchObject({
      happened: expect.stringMatching(
        /^The rollback script of v3 failed: its container ended with 1\.[\s\S]*relation "nowhere" does not exist/,
      ),
      untouched: "Traffic is back. What the script changed until then is in the database.",
    });
    expect(await database.schema()).toEqual({ recorded: ["v1", "v3"], columns: ["v1", "v3"] });
    expect(await shop.weights()).toEqual(toBlue);

    await database.sql("create table nowhere (price integer)");
    const again = await rollBack();
    expect(again.exitCode, again.said).toBe(0);
    expect(await database.schema()).toEqual({ recorded: ["v1"], columns: ["v1"] });
    expect(await shop.weights()).toEqual(toBlue);
  });

  it("that is killed is gone along with when it is given again: the script ran once", async () => {
    await serve("v4");
    const killed = shop.begin(rollback);
    const ecs = new ECSClient(shop.world.client);
    const asked = new ListTasksCommand({ cluster: "shop", startedBy: "rollback-shop-v4" });
    await eventually("the task to run", async () => (await ecs.send(asked)).taskArns?.[0]);
    killed.kill("SIGKILL");
    await killed;
    const again = shop.begin(rollback);
    let said = "";
    again.stderr.on("data", (part) => {
      said += part;
    });
    await eventually("it to be found", async () => said.includes("the rollback's task is there") || undefined);
    await database.sql("create table go ()");
    const { exitCode } = await again;
    expect(exitCode, said).toBe(0);
    expect(await database.schema()).toEqual({ recorded: ["v1"], columns: ["v1"] });
    expect(await shop.weights()).toEqual(toBlue);
  });
});
