import { BatchV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PlayedStorage } from "../../tools/kubernetes/playedStorage.ts";
import { eventually } from "../processes.ts";
import { FollowedShop, takenBackByJobs } from "./followedShop.ts";
import type { KubernetesShop } from "./kubernetesShop.ts";
import { MigratedDatabase } from "./migratedDatabase.ts";
import type { Project } from "./project.ts";

// The command on a real control plane whose Jobs are processes of this machine that change a real PostgreSQL, by the deployer's Role alone.
// Only the storage is played.

let database: MigratedDatabase;
let followed: FollowedShop;
let shop: KubernetesShop;
let project: Project;
let storage: PlayedStorage;

beforeAll(async () => {
  database = await MigratedDatabase.open();
  followed = await FollowedShop.open({
    versions: ["v1", "v2", "stuck", "slow"],
    routed: false,
    lagMs: 0,
    database: database.url,
    kubernetes: { database: { claim: "data-postgres-0", migration: takenBackByJobs } },
  });
  ({ shop } = followed);
  ({ project } = shop);
  storage = await PlayedStorage.start(followed.config, shop.namespace);
});

afterAll(async () => {
  storage?.stop();
  await followed?.close();
  await database?.stop();
});

/** Deploys a version beside v1, which migrates, and gives it the traffic. */
async function serve(version: string): Promise<void> {
  await project.set({ live: "blue", green: version });
  await shop.succeed("up", "--skip-preview");
  await project.set({ live: "green" });
  await shop.succeed("up", "--skip-preview");
  expect(await shop.serving()).toEqual(["green"]);
}

const rollback = ["rollback", "--reason", "checkout fails", "--database", "script"];
const rollBack = () => shop.greenlight(...rollback);

describe.sequential("a rollback on Kubernetes that takes the database back", () => {
  it("moves traffic, then takes the migration back by a Job whose lines are told, and asks the database", async () => {
    await serve("v2");
    expect(await database.schema()).toEqual({ recorded: ["v2"], columns: ["v2"] });
    const { exitCode, json, said } = await rollBack();
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      database: "script",
      databaseReport:
        'The rollback script took back the migration of v2 (shop-rollback-v2): the database says "v2 is missing".',
      verified: { health: "2 of 2 instances", passed: true },
      serving: { environment: "blue", version: "v1" },
    });
    expect(said).toMatch(/traffic is back: blue v1[\s\S]*the schema is up to date[\s\S]*taking v2 back to v1/);
    expect(await database.schema()).toEqual({ recorded: [], columns: [] });
    expect(await shop.serving()).toEqual(["blue"]);
  });

  it("given again, moves nothing and runs nothing: the database says that it is taken back", async () => {
    const { exitCode, json, said } = await rollBack();
    expect(exitCode, said).toBe(0);
    expect(json.databaseReport).toMatch(/^The migration of v2 was taken back already, and nothing was run/);
    expect(said).not.toContain("taking v2 back");
    expect(await shop.serving()).toEqual(["blue"]);
  });

  it("whose script fails leaves traffic back, and says what the database said; mended, it is given again", async () => {
    await serve("stuck");
    const { exitCode, json, said } = await rollBack();
    expect(exitCode, said).toBe(1);
    expect(json.error).toMatchObject({
      happened: expect.stringMatching(
        /^The rollback script of stuck failed: its container ended with 1\.[\s\S]*relation "nowhere" does not exist/,
      ),
      untouched: "Traffic is back. What the script changed until then is in the database.",
    });
    expect(await database.schema()).toEqual({ recorded: ["stuck"], columns: ["stuck"] });
    expect(await shop.serving()).toEqual(["blue"]);

    await database.sql("create table nowhere (price integer)");
    const again = await rollBack();
    expect(again.exitCode, again.said).toBe(0);
    expect(again.json).toMatchObject({ ok: true, serving: { environment: "blue" } });
    expect(await database.schema()).toEqual({ recorded: [], columns: [] });
  });

  it("that is killed is gone along with when it is given again: the script ran once", async () => {
    await serve("slow");
    const killed = shop.begin(...rollback);
    const batch = followed.config.makeApiClient(BatchV1Api);
    await eventually("the Job to run", async () => {
      const { items } = await batch.listNamespacedJob({ namespace: shop.namespace });
      return items.find(({ metadata, status }) => metadata?.name === "shop-rollback-slow" && status?.active === 1);
    });
    killed.kill("SIGKILL");
    await killed;
    const again = shop.begin(...rollback);
    let said = "";
    again.stderr.on("data", (part) => {
      said += part;
    });
    await eventually(
      "it to be found",
      async () => said.includes("the Job shop-rollback-slow runs already") || undefined,
    );
    await database.sql("create table go ()");
    const { exitCode, stdout } = await again;
    expect(exitCode, said).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, serving: { environment: "blue" } });
    expect(await database.schema()).toEqual({ recorded: [], columns: [] });
  });
});
