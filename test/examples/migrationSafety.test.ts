import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findUnsafe } from "../../project/migrations/findUnsafe.ts";
import { filesNow } from "../../project/migrations/releaseMigrations.ts";
import { readManifest } from "../../project/readManifest.ts";
import { playRollbackScript } from "../../provider/database/drill/rollbackScriptDrill.ts";
import { addInterruptedReleases } from "../../rehearsal/releases.ts";
import type { Runner } from "../../release/migrationSafety/statement.ts";
import { startServer, type TestServer } from "../database/server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 40_000 });

const releases = ["v1.0.0", "v1.1.0", "v1.3.0", "v1.3.1"] as const;
const steps = releases.slice(1).map((version, index) => [releases[index] ?? "", version] as const);

let project: string;
let server: TestServer;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "greenlight-shop-"));
  // As the rehearsal has it: with the releases of its own.
  cpSync(fileURLToPath(new URL("../../examples/shop", import.meta.url)), join(project, "shop"), { recursive: true });
  addInterruptedReleases(join(project, "shop"));
  server = await startServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(project, { recursive: true, force: true });
});

async function release(version: string) {
  const { database } = readManifest(project, "shop/releases", version).manifest;
  if (database.tool !== "prisma") throw new Error("the shop's migrations are Prisma's");
  return { plan: database, ...(await filesNow(database)) };
}

/** What a release has that the one before it does not. */
async function added(from: string, to: string, runner: Runner) {
  const [live, own] = await Promise.all([release(from), release(to)]);
  const before = new Map(live.migrations.map(({ name, text }) => [name, text]));
  const now = new Map(own.migrations.map(({ name, text }) => [name, text]));
  return {
    plan: own.plan,
    runner,
    live: { version: from, ...live },
    all: own.migrations,
    pending: own.migrations.filter(({ name }) => !before.has(name)),
    edited: [...before].filter(([name, text]) => now.get(name) !== text).map(([name]) => name),
    unread: own.unread.map(({ path }) => path),
  };
}

describe.each(steps)("the migrations from the shop's %s to %s", (from, to) => {
  it.each<[string, Runner]>([
    ["Greenlight", { applies: "ours", lockTimeoutMs: 5_000 }],
    ["a program that sends a file as one and sets no lock timeout", { applies: "file", lockTimeoutMs: 0 }],
  ])("are safe by every rule, and none is allowed by a comment, when %s applies them", async (_, runner) => {
    const files = await added(from, to, runner);
    expect(files.pending.length).toBeGreaterThan(0);
    const { findings, statements } = await findUnsafe(files);
    expect(findings).toEqual([]);
    expect(statements).toBeGreaterThan(0);
    expect(files.pending.map(({ text }) => text).join()).not.toContain("greenlight: allow");
  });

  it("are taken back by the release's rollback script without a trace", async () => {
    const { plan, live, pending } = await added(from, to, { applies: "ours", lockTimeoutMs: 5_000 });
    const played = await playRollbackScript({
      connection: await server.database(),
      tool: "prisma",
      before: live.migrations,
      directory: plan.directory,
      file: plan.rollback ?? "",
    });
    expect(played.differences).toEqual([]);
    expect(played).toMatchObject({ passed: true, undone: pending.map(({ name }) => name) });
  });
});
