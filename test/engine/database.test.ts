import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseFolder } from "../../provider/local/unprivileged.ts";
import { processes } from "../processes.ts";
import { folderStands, portsInUse, processesOf } from "./observe.ts";
import { Project, root } from "./project.ts";

const first = 26860;
const pack = join(root, "policies", "stack-safety");
let project: Project;
let url: string;
let password: string;
/** Everything that any operation printed. */
let said = "";

beforeAll(async () => {
  project = await Project.make({
    live: "blue",
    blue: "v1.0.0",
    releases: "shop/releases",
    services: {
      api: { port: first, instances: 1, health: { json: { path: "database", equals: "ok" } } },
      web: { port: first + 1, instances: 1 },
    },
    database: { name: "shop", user: "shop" },
    ports: String(first + 2),
    gates: { successes: 2, interval: "100ms", deadline: "15s" },
    backup: { drill: true, keep: 5, keepOnDestroy: false },
  });
  await cp(join(root, "examples/shop"), join(project.folder, "shop"), { recursive: true });
});
afterAll(async () => await project?.remove());

async function succeed(operation: "preview" | "up" | "refresh" | "destroy", ...args: string[]) {
  const ran = await project.run(operation, ...args);
  said += ran.text;
  expect(ran.exitCode, ran.text).toBe(0);
  return ran;
}

async function query(sql: string, database = "shop"): Promise<Record<string, unknown>[]> {
  const address = new URL(url);
  address.pathname = `/${database}`;
  const client = new pg.Client({
    connectionString: address.href,
    connectionTimeoutMillis: 5000,
    query_timeout: 10_000,
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function tables(): Promise<Record<string, unknown>[]> {
  return query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1");
}

describe.sequential("a stack with a database, by plain pulumi", () => {
  it("snapshots, migrates and serves, and the policy pack finds it in order", async () => {
    const { text, changes } = await succeed("up", "--skip-preview", "--policy-pack", pack);
    expect(text).not.toMatch(/\[(mandatory|advisory)\]/);
    const order = changes.filter((it) => /Snapshot|Migration|Instance|Gate|Traffic |Alarms/.test(it));
    const steps = ["BackupSnapshot", "DatabaseMigration", "ServiceInstance", "HealthGate", "SmokeGate", "Traffic"];
    const places = steps.map((step) => order.findIndex((it) => it.startsWith(`create ${step} `)));
    expect(
      places.every((it) => it >= 0),
      order.join("\n"),
    ).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect((await fetch(`http://127.0.0.1:${first}/health`, { headers: { connection: "close" } })).status).toBe(200);

    url = (await project.pulumi("stack", "output", "databaseUrl", "--show-secrets", "--stack", project.stack)).stdout;
    password = new URL(url).password;
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await tables()).not.toEqual([]);
  });

  it("deploys a candidate with a migration of its own", async () => {
    await project.set({ green: "v1.1.0" });
    const { changes } = await succeed("up", "--skip-preview");
    expect(changes).toEqual(
      expect.arrayContaining(["create BackupSnapshot green-snapshot", "create DatabaseMigration green-migration"]),
    );
    expect(changes.join()).not.toMatch(/ Traffic |blue-/);
    const again = await succeed("up", "--skip-preview");
    expect(again.changes).toEqual([]);
  });

  it("refresh shows a dropped database, and the next update makes it and its schema anew", async () => {
    const before = await tables();
    await query("DROP DATABASE shop WITH (FORCE)", "postgres");
    const { changes } = await succeed("refresh", "--skip-preview");
    expect(changes).toEqual(
      expect.arrayContaining(["update PostgresServer database", "update DatabaseMigration green-migration"]),
    );
    const mended = await succeed("up", "--skip-preview");
    expect(mended.changes).toEqual(expect.arrayContaining(["update PostgresServer database"]));
    expect(await tables()).toEqual(before);
    expect((await succeed("up", "--skip-preview")).changes).toEqual([]);
  });

  it("shows the password nowhere: not in state, output, logs, files or arguments", async () => {
    const { text } = await project.exported();
    const { stdout: outputs } = await project.pulumi("stack", "output", "--stack", project.stack);
    expect(outputs).toContain("[secret]");
    const places: [where: string, text: string][] = [
      ["what was printed", said],
      ["the exported state", text],
      ["the stack's outputs", outputs],
      ["the state's files", await project.everythingIn(project.state)],
      ["the project's folder", await project.everythingIn(project.folder)],
      ["arguments of processes", (await processes()).map(({ command }) => command).join("\n")],
    ];
    for (const [where, content] of places) {
      expect(content.length, where).toBeGreaterThan(100);
      expect(content.includes(password), where).toBe(false);
      expect(content.includes(Buffer.from(password).toString("base64").slice(0, 40)), where).toBe(false);
    }
  });

  it("destroy leaves no process, no port and no file, the database's own among them", async () => {
    const home = databaseFolder(project.dir);
    expect(existsSync(home)).toBe(true);
    await succeed("destroy", "--skip-preview");
    expect(await processesOf(project)).toEqual([]);
    expect((await processes()).filter(({ command }) => command.includes(home))).toEqual([]);
    expect(await portsInUse(first, 20)).toEqual([]);
    expect(folderStands(project)).toBe(false);
    expect(existsSync(home)).toBe(false);
  });
});
