import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findPrismaCli } from "../../provider/database/migrations/findPrismaCli.ts";
import type { DatabasePlan } from "../../release/manifest.ts";
import type { Runner } from "../../release/migrationSafety/statement.ts";
import type { Gathering } from "../checklist/gathering.ts";
import { type AskedPlatform, liveVersions } from "../platform/platform.ts";
import { readManifest } from "../readManifest.ts";
import { folderAt } from "./folderAt.ts";
import { liveVersion } from "./liveVersion.ts";
import { filesOfCommand, isMigrationPath, type MigrationFiles, migrationsIn } from "./migrationFiles.ts";

type WithMigrations = Exclude<DatabasePlan, { tool: "none" }>;

/** What the live version has of migrations. */
export interface LiveMigrations extends MigrationFiles {
  readonly version: string;
  /** Where they were read: a commit; absent when a folder of its own was read as it is now. */
  readonly commit?: string;
}

/** A release's migrations beside those of the version that is live. */
export interface ReleaseMigrationFiles {
  readonly plan: WithMigrations;
  readonly runner: Runner;
  /** Undefined when nothing is live. */
  readonly live: LiveMigrations | undefined;
  readonly all: MigrationFiles["migrations"];
  /** Those that the live version does not have. */
  readonly pending: MigrationFiles["migrations"];
  /** Names of migrations of the live version that this release has otherwise, or not at all. */
  readonly edited: readonly string[];
  /** New or changed files that may be migrations and are no SQL. */
  readonly unread: readonly string[];
}

interface Needs extends Pick<Gathering, "project" | "settings" | "manifest" | "journal" | "git"> {
  readonly platform: Pick<AskedPlatform, "live">;
}

/**
 * Compares a release's migrations with those of the live version, read from git as they were released. Undefined for a release
 * without migrations.
 *
 * @throws Error when what the live version has cannot be known
 */
export async function releaseMigrations(it: Needs): Promise<ReleaseMigrationFiles | undefined> {
  const plan = it.manifest.manifest.database;
  if (plan.tool === "none") return undefined;
  const own = await filesNow(plan);
  const live = await liveMigrations(it, plan);
  const before = new Map((live?.migrations ?? []).map(({ name, text }) => [name, sameLines(text)]));
  const now = new Map(own.migrations.map(({ name, text }) => [name, sameLines(text)]));
  const known = new Map((live?.unread ?? []).map(({ path, text }) => [path, text]));
  return {
    plan,
    runner: await runnerOf(plan, it),
    live,
    all: own.migrations,
    pending: own.migrations.filter(({ name }) => !before.has(name)),
    edited: [...before].filter(([name, text]) => now.get(name) !== text).map(([name]) => name),
    unread: own.unread.filter(({ path, text }) => known.get(path) !== text).map(({ path }) => path),
  };
}

/** Other line ends make no other migration. */
const sameLines = (text: string): string => text.replaceAll("\r\n", "\n");

/** The migrations that a plan names, as they are now. */
export async function filesNow(plan: WithMigrations): Promise<MigrationFiles> {
  if (plan.tool === "command") return migrationsIn("command", filesOfCommand(plan.directory));
  const { readMigrationFolder } = await import("../../provider/database/migrations/plan.ts");
  const { migrations } = await readMigrationFolder(plan.tool, plan.directory);
  return {
    migrations: migrations.map(({ name, text }) => ({
      name,
      text,
      path: plan.tool === "prisma" ? `${name}/migration.sql` : name,
    })),
    unread: [],
  };
}

async function liveMigrations(it: Needs, plan: WithMigrations): Promise<LiveMigrations | undefined> {
  const { project, settings, git, platform } = it;
  const version = liveVersion(it, await liveVersions(platform));
  if (version === undefined) return undefined;
  const { manifest } = readManifest(project, settings.releases, version);
  const { database } = manifest;
  if (database.tool === "none") return { version, migrations: [], unread: [] };
  const tagged = await git.ask("rev-parse", "--verify", "--quiet", `refs/tags/${version}^{commit}`);
  if (manifest.commit !== undefined && tagged !== undefined && manifest.commit !== tagged) {
    throw new Error(
      `what ${version} has of migrations is not clear: its manifest says commit ${manifest.commit.slice(0, 12)}, its tag is on ${tagged.slice(0, 12)}`,
    );
  }
  const commit = manifest.commit ?? tagged;
  if (commit !== undefined) {
    const files = await folderAt(git, commit, project, database.directory, (path) =>
      isMigrationPath(database.tool, path),
    );
    return { version, commit, ...migrationsIn(database.tool, files) };
  }
  if (database.directory === plan.directory) {
    throw new Error(
      `what ${version}, which is live, has of migrations is not known: its manifest names no commit, there is no tag ${version}, and both versions name the same folder`,
    );
  }
  return { version, ...(await filesNow(database)) };
}

/** Who applies them, and the lock timeout that it sets: see `migrate`. */
async function runnerOf(plan: WithMigrations, { project, settings }: Needs): Promise<Runner> {
  // Elsewhere than on this machine it is the team's own program that migrates.
  if (plan.tool === "command" || settings.platform !== "local") return { applies: "file", lockTimeoutMs: 0 };
  const cli = plan.tool === "prisma" && (await findPrismaCli(project)) !== undefined;
  // Before its version 7 Prisma sends a file as one.
  return { applies: cli && prismaMajor(project) < 7 ? "file" : "ours", lockTimeoutMs: 5_000 };
}

function prismaMajor(project: string): number {
  const file = join(project, "node_modules", "prisma", "package.json");
  if (!existsSync(file)) return 0;
  const { version }: { version?: unknown } = JSON.parse(readFileSync(file, "utf8"));
  return typeof version === "string" ? Number.parseInt(version, 10) || 0 : 0;
}
