import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BatchV1Api } from "@kubernetes/client-node";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PlayedStorage } from "../../tools/kubernetes/playedStorage.ts";
import { asDatabaseUser, copyOfMoment } from "../database/copyOfMoment.ts";
import { startServer, type TestServer } from "../database/server.ts";
import { eventually } from "../processes.ts";
import { boundClaim } from "./boundClaim.ts";
import { FollowedShop, migratedByJobs } from "./followedShop.ts";
import type { KubernetesShop } from "./kubernetesShop.ts";
import type { Project } from "./project.ts";

// The real engine and a real control plane whose Jobs are processes of this machine that migrate a real PostgreSQL, by the deployer's Role
// alone. Only the storage is played: it copies that server's files while all its processes stand still.

const image = `registry.example/postgres@sha256:${"d".repeat(64)}`;
const claim = "data-postgres-0";

let server: TestServer;
let followed: FollowedShop;
let shop: KubernetesShop;
let project: Project;
let storage: PlayedStorage;
let batch: BatchV1Api;
let migrated: () => Promise<string[]>;

beforeAll(async () => {
  server = await startServer();
  const database = await server.database();
  migrated = async () => {
    const there = "select to_regclass('migrated') is not null as there";
    const [known] = await server.sql(database, there);
    if (known?.there !== true) return [];
    return (await server.sql(database, "select version from migrated order by version")).map((row) =>
      String(row.version),
    );
  };
  const { user, password, host, port } = database;
  const url = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database.database)}`;
  await server.sql(database, "create table orders as select n as id from generate_series(1, 500) n");
  const claims = { [claim]: server.data };
  const [first = "", ...words] = [...asDatabaseUser, "/bin/sh"];
  followed = await FollowedShop.open({
    versions: ["v1", "v2", "broken", "slow"],
    routed: false,
    lagMs: 0,
    database: url,
    claims,
    prepare: (config, namespace) => boundClaim(config, namespace, claim, server.data),
    others: (asked) =>
      asked === image
        ? {
            command: [first, ...words],
            env: { PATH: `${server.tools.bin}:${process.env.PATH}` },
          }
        : undefined,
    kubernetes: {
      database: {
        claim,
        drill: { image, role: "greenlight" },
        snapshotDeadline: "60s",
        keep: 1,
        migration: migratedByJobs,
      },
    },
  });
  ({ shop } = followed);
  ({ project } = shop);
  batch = followed.config.makeApiClient(BatchV1Api);
  const folder = join(server.folder, "storage");
  mkdirSync(folder);
  storage = await PlayedStorage.start(followed.config, shop.namespace, {
    claims,
    folder,
    copy: async (from, to) => {
      if (from === server.data) await copyOfMoment(server, to);
      else await execa("cp", ["-a", from, to]);
    },
  });
});

afterAll(async () => {
  storage?.stop();
  await followed?.close();
  await server?.stop();
});

const claimsThere = async () => {
  const { items } = await shop.get<{ items: { metadata: { name: string } }[] }>("persistentvolumeclaims");
  return items.map(({ metadata }) => metadata.name).sort();
};
/** It goes a moment after its pod, and with that the claim. */
const drillJobGone = () =>
  eventually("the drill's Job to be gone", async () => ((await jobs()).includes("shop-drill") ? undefined : true));
const jobs = async () => {
  const { items } = await batch.listNamespacedJob({ namespace: shop.namespace });
  return items.map(({ metadata }) => metadata?.name).sort();
};

describe.sequential("a release on Kubernetes that migrates a database", () => {
  it("takes a snapshot, migrates by a Job whose lines are told, asks the database, and then starts its pods", async () => {
    await project.set({ green: "v2" });
    const ran = await shop.succeed("up", "--skip-preview");
    expect(ran.text).toContain("migrating to v2");
    expect(await migrated()).toEqual(["v2"]);
    expect(storage.taken).toEqual([expect.stringMatching(/^shop-before-v2-/)]);
    const { outputs } = (await project.resource("kubernetes:MigrationJob", "green-migration")) ?? {};
    expect(outputs).toMatchObject({ verifiedBy: "the schema is up to date", migratedBy: "shop-migrate-v2" });
    expect(await jobs()).toEqual(["shop-migrate-v2", "shop-verify-v2"]);
    expect((await shop.kubectl("logs", "job/shop-migrate-v2")).stdout).toContain("migrating to v2");
  });

  it("starts a database on a copy of the claim by a drill, finds what was there before the migration, and leaves nothing", async () => {
    const { exitCode, json, said } = await shop.greenlight("drill", "snapshot");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      snapshot: { identifier: storage.taken[0], release: "v2" },
      restored: { databases: 2, tables: 1, rows: 500 },
      ending: "removed",
    });
    expect(said).toContain("automatic recovery in progress");
    expect(await claimsThere()).toEqual([claim]);
    await drillJobGone();
    expect(await migrated()).toEqual(["v2"]);
    const { json: history } = await shop.greenlight("history");
    expect(JSON.stringify(history)).toContain("and all of it could be read (databases: 2, tables: 1, rows: 500)");
  });

  it("tells what a drill whose command was killed left, and takes it away when it is asked", async () => {
    const command = shop.begin("drill", "snapshot");
    await eventually("the drill's Job", async () => (await jobs()).find((name) => name === "shop-drill"));
    command.kill("SIGKILL");
    await command;
    expect(await claimsThere()).toEqual([claim, expect.stringMatching(/^shop-drill-/)]);
    const { exitCode, json, said } = await shop.greenlight("drill", "snapshot", "--remove");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({ removed: [{ claim: expect.stringMatching(/^shop-drill-/), ending: "removed" }] });
    expect(await claimsThere()).toEqual([claim]);
    await drillJobGone();
  });

  it("migrates once: an update that changes nothing runs nothing", async () => {
    const ran = await shop.succeed("up", "--skip-preview");
    expect(ran.text).not.toContain("migrating to v2");
    expect(await migrated()).toEqual(["v2"]);
  });

  it("starts no pod of a version whose migration fails, and says the database's own words", async () => {
    await project.set({ green: "broken" });
    const said = await shop.refused();
    expect(said).toMatch(/The migration to broken failed: its container ended with 1/);
    expect(said).toContain('relation "nowhere" does not exist');
    expect(said).toContain("The snapshot from before is kept");
    expect(storage.taken.at(-1)).toMatch(/^shop-before-broken-/);
    const { items } = await shop.get<{ items: { metadata: { annotations: Record<string, string> } }[] }>("deployments");
    expect(items.map(({ metadata }) => metadata.annotations["greenlight/version"]).sort()).toEqual(["v1", "v2"]);
    expect(await shop.serving()).toEqual(["blue"]);
  });

  it("goes along with a migration that runs already when the engine was killed: it ran once", async () => {
    await project.set({ green: "slow" });
    const update = project.pulumi("up", "--stack", project.stack, "--yes", "--skip-preview");
    await eventually("the Job to run", async () => (await jobs()).find((name) => name === "shop-migrate-slow"));
    update.kill("SIGKILL");
    await update;
    await project.pulumi("cancel", project.stack, "--yes");
    const ran = await shop.succeed("up", "--skip-preview");
    expect(ran.text).toContain("the Job shop-migrate-slow runs already");
    expect((await migrated()).filter((version) => version === "slow")).toEqual(["slow"]);
    // What was taken before a deployed version stays; the snapshots of releases that are gone went with this one.
    expect(ran.text).toContain("removed the VolumeSnapshot shop-before-v2-");
    const { items } = await shop.get<{ items: { metadata: { name: string } }[] }>("volumesnapshots");
    const left = items.map(({ metadata }) => metadata.name.replace(/-\d{8}-\d{6}z$/, ""));
    expect([...new Set(left)]).toEqual(["shop-before-slow"]);
  });
});
