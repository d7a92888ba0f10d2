import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BatchV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DatabaseConnection } from "../../provider/database/connection.ts";
import { connect } from "../../provider/database/session.ts";
import { startServer, type TestServer } from "../database/server.ts";
import { eventually } from "../processes.ts";
import { StoreServer } from "../provider/kubernetes/storeServer.ts";
import { boundClaim } from "./boundClaim.ts";
import { FollowedShop, migratedByJobs } from "./followedShop.ts";
import type { KubernetesShop } from "./kubernetesShop.ts";
import type { Project } from "./project.ts";

// The real engine and a real control plane whose Jobs are processes of this machine: the script that dumps, PostgreSQL's own programs and a real
// PostgreSQL, by the deployer's Role alone. A folder is in place of the claim; the store is a real server of S3.

const image = `registry.example/postgres@sha256:${"d".repeat(64)}`;
const clientImage = `registry.example/rclone@sha256:${"e".repeat(64)}`;
const claim = "backups";

let server: TestServer;
let database: DatabaseConnection;
let store: StoreServer;
let folder: string;
let followed: FollowedShop;
let shop: KubernetesShop;
let project: Project;

/** While it is there, no file of a dump may have more than 4 kB: as on a volume that is full. */
const full = () => join(folder, "full");
const dumpsIn = (place: string) => readdirSync(place).filter((name) => name.endsWith(".dump"));
const dumps = () => dumpsIn(join(folder, "shop"));
const rows = async (statement: string) => (await server.sql(database, statement)).map((row) => String(row.one));
const drillDatabases = () => rows("select datname as one from pg_database where datname like 'drill%'");
const databaseJobs = async () => {
  const { items } = await followed.config.makeApiClient(BatchV1Api).listNamespacedJob({ namespace: shop.namespace });
  return items.map(({ metadata }) => metadata?.name ?? "").sort();
};

/** The state has what the one dump of a folder is, and which Job took it. */
async function expectRecorded(place: string, job: string): Promise<void> {
  const { outputs } = (await project.resource("kubernetes:DumpJob", "green-snapshot")) ?? {};
  const [file = ""] = dumpsIn(place);
  const bytes = readFileSync(join(place, file));
  expect(outputs).toMatchObject({
    name: file.replace(/\.dump$/, ""),
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    tables: 2,
    dumpedBy: job,
  });
}

/** What a storage would have made and bound, as the scheduler waits for it; and whom to ask. */
async function prepare(config: KubeConfig, namespace: string): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  await boundClaim(config, namespace, claim, folder);
  const { host: PGHOST, port, user: PGUSER, password: PGPASSWORD, database: name } = database;
  const secrets = [
    ["backup", name],
    ["drill", "postgres"],
    ["owner", name],
  ] as const;
  for (const [secret, PGDATABASE] of secrets) {
    const stringData = { PGHOST, PGPORT: String(port), PGUSER, PGPASSWORD, PGDATABASE };
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: secret }, stringData } });
  }
  const stringData = { ...store.variables };
  await core.createNamespacedSecret({ namespace, body: { metadata: { name: "store" }, stringData } });
}

beforeAll(async () => {
  server = await startServer();
  database = await server.database();
  await server.sql(
    database,
    "create table orders as select n as id, md5(n::text) as of from generate_series(1, 20000) n",
    "create table migrated (version text not null)",
  );
  folder = mkdtempSync(join(server.folder, "claim-"));
  store = await StoreServer.start(mkdtempSync(join(server.folder, "buckets-")));
  const { user, password, host, port, database: name } = database;
  followed = await FollowedShop.open({
    versions: ["v1", "v2", "v3", "v4", "v5"],
    routed: false,
    lagMs: 0,
    database: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(name)}`,
    claims: { [claim]: folder },
    prepare,
    others: (asked) =>
      asked === clientImage
        ? { command: ["/bin/sh"], env: { PATH: `${store.bin}:${process.env.PATH}` } }
        : asked === image
          ? {
              command: [
                "/bin/sh",
                "-c",
                `[ ! -e "$FULL" ] || { trap '' XFSZ; ulimit -f 8; }; exec /bin/sh "$@"`,
                "postgres",
              ],
              env: { PATH: `${server.tools.bin}:${process.env.PATH}`, FULL: full() },
            }
          : undefined,
    kubernetes: {
      database: {
        dump: { image, claim, secret: "backup", deadline: "90s", drill: { secret: "drill" } },
        keep: 1,
        migration: migratedByJobs,
      },
    },
  });
  ({ shop } = followed);
  ({ project } = shop);
});

afterAll(async () => {
  await followed?.close();
  await store?.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.sequential("a release on Kubernetes that dumps its database", () => {
  it("dumps before it migrates, and keeps what the file is", async () => {
    await project.set({ green: "v2" });
    const ran = await shop.succeed("up", "--skip-preview");
    expect(ran.text).toContain("dumping to shop/v2-");
    expect(ran.text).not.toContain(database.password);
    await expectRecorded(join(folder, "shop"), "shop-dump-v2");
    expect(await rows("select version as one from migrated")).toEqual(["v2"]);
    expect(await databaseJobs()).toEqual(["shop-dump-v2", "shop-dumps-list", "shop-migrate-v2", "shop-verify-v2"]);
  });

  it("restores it beside the database by a drill, finds what was there before the migration, and leaves nothing", async () => {
    const { exitCode, json, said } = await shop.greenlight("drill", "snapshot");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      dump: { release: "v2" },
      scratch: { tables: 2, rows: 20_000, dropped: true },
      differences: [],
    });
    expect(await drillDatabases()).toEqual([]);
    expect(await rows("select version as one from migrated")).toEqual(["v2"]);
    const { json: history } = await shop.greenlight("history");
    expect(JSON.stringify(history)).toContain("came back as it was taken: 2 tables with 20000 rows");
  });

  it("migrates nothing when the dump does not fit, leaves no half one, and says where to make room", async () => {
    writeFileSync(full(), "");
    await project.set({ green: "v3" });
    const said = await shop.refused();
    rmSync(full());
    expect(said).toMatch(/The dump before v3 failed: its container ended with 1/);
    expect(said).toContain("make room on the claim backups");
    expect(await rows("select version as one from migrated")).toEqual(["v2"]);
    expect(readdirSync(join(folder, "shop")).filter((name) => !name.startsWith("v2-"))).toEqual([]);
  });

  it("goes along with a dump that runs when the engine was killed, and removes what nobody needs after the release", async () => {
    const client = await connect(database, { timeoutMs: 10_000 });
    await client.query("begin");
    await client.query("lock table orders in access exclusive mode");
    const update = project.pulumi("up", "--stack", project.stack, "--yes", "--skip-preview");
    await eventually("the dump to wait for the lock", async () => {
      const waiting = "select application_name as one from pg_stat_activity where wait_event_type = 'Lock'";
      return (await rows(waiting)).find((name) => name === "greenlight");
    });
    update.kill("SIGKILL");
    await update;
    await project.pulumi("cancel", project.stack, "--yes");
    await client.end();
    const ran = await shop.succeed("up", "--skip-preview");
    expect(ran.text).toMatch(/the Job shop-dump-v3 (runs already|has ended just now)/);
    expect(await rows("select version as one from migrated order by 1")).toEqual(["v2", "v3"]);
    // v2 is not deployed any more, and its dump not the newest.
    expect(dumps()).toEqual([expect.stringMatching(/^v3-/)]);
    expect(existsSync(join(folder, "shop", (dumps()[0] ?? "").replace(/dump$/, "sha256")))).toBe(true);
  });

  it("fails a drill of a dump in which a byte was changed, and restores nothing of it", async () => {
    const [file = ""] = dumps();
    const bytes = readFileSync(join(folder, "shop", file));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
    writeFileSync(join(folder, "shop", file), bytes);
    const { exitCode, json, said } = await shop.greenlight("drill", "snapshot", file.replace(/\.dump$/, ""));
    expect(exitCode, said).toBe(3);
    expect(json).toMatchObject({ ok: false, scratch: { tables: 0, dropped: true } });
    expect(json.sentence).toContain("is not as it was written: its sha256 is another");
    expect(await drillDatabases()).toEqual([]);
  });

  describe("to a store in place of the claim", () => {
    const objects = () => join(store.bucket, "greenlight", "shop");
    const storeSettings = (image: string) => {
      const { kubernetes } = project.config as { kubernetes: { database: { dump: Record<string, unknown> } } };
      const { claim: _, ...dump } = kubernetes.database.dump;
      const changed = {
        ...dump,
        store: { path: "backups/greenlight", image, secret: "store" },
        restore: { secret: "owner" },
      };
      return { kubernetes: { ...kubernetes, database: { ...kubernetes.database, dump: changed } } };
    };

    it("migrates nothing when the store's client is no image that can be pulled, and says which one is in the way", async () => {
      await project.set({ green: "v4", ...storeSettings(`registry.example/nowhere@sha256:${"f".repeat(64)}`) });
      const said = await shop.refused();
      expect(said).toMatch(/The dump before v4 failed: its pod .* does not start: its image cannot be pulled.*nowhere/);
      expect(await rows("select version as one from migrated order by 1")).toEqual(["v2", "v3"]);
    });

    it("dumps to it as the database is read, and keeps what the object is", async () => {
      await project.set(storeSettings(clientImage));
      const ran = await shop.succeed("up", "--skip-preview");
      expect(ran.text).toMatch(/dumping to shop\/v4-\S+ of the store backups\/greenlight/);
      for (const secret of [database.password, store.variables.AWS_SECRET_ACCESS_KEY]) {
        expect(ran.text).not.toContain(secret);
        expect((await project.exported()).text).not.toContain(secret);
      }
      await expectRecorded(objects(), "shop-dump-v4");
      expect(await rows("select version as one from migrated order by 1")).toEqual(["v2", "v3", "v4"]);
    });

    it("restores it beside the database by a drill, and leaves nothing", async () => {
      const { exitCode, json, said } = await shop.greenlight("drill", "snapshot");
      expect(exitCode, said).toBe(0);
      expect(json).toMatchObject({ ok: true, dump: { release: "v4" }, scratch: { rows: 20_002, dropped: true } });
      expect(await drillDatabases()).toEqual([]);
    });

    it("removes from it what nobody needs after the next release, and nothing of the claim", async () => {
      const there = dumps();
      await project.set({ green: "v5" });
      await shop.succeed("up", "--skip-preview");
      expect(dumpsIn(objects())).toEqual([expect.stringMatching(/^v5-/)]);
      expect(readdirSync(objects())).toHaveLength(3);
      expect(dumps()).toEqual(there);
    });

    it("is gone back to by a rollback, after the traffic, and the database before is kept beside", async () => {
      await project.set({ live: "green" });
      await shop.succeed("up", "--skip-preview");
      await server.sql(database, "insert into orders values (20001, 'since the release')");
      const asked = ["rollback", "--reason", "orders are wrong", "--database", "snapshot"];
      const { exitCode, json, said } = await shop.greenlight(...asked);
      expect(exitCode, said).toBe(0);
      expect(said).toMatch(
        /traffic is back: blue v1[\s\S]*Everything written since \S+ would be lost: .*"public.orders", 20001[\s\S]*swapping the names/,
      );
      expect(json).toMatchObject({
        ok: true,
        database: "snapshot",
        databaseReport: expect.stringMatching(
          /^The database is back at \S+ \(v5-\S+\): 2 tables, 20003 rows, as they were counted then\. The database before is kept as .*_before_restore_/,
        ),
        serving: { environment: "blue", version: "v1" },
      });
      expect(said).not.toContain(database.password);
      expect(await rows("select version as one from migrated order by 1")).toEqual(["v2", "v3", "v4"]);
      expect(await rows("select count(*)::text as one from orders")).toEqual(["20000"]);
      const [kept = ""] = await rows("select datname as one from pg_database where datname like '%before_restore%'");
      const before = { ...database, database: kept };
      expect(await server.sql(before, "select count(*)::int as one from orders")).toEqual([{ one: 20_001 }]);
    });
  });
});
