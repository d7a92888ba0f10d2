import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readEvidenceBytes } from "../../project/evidence/evidenceFile.ts";
import { EvidenceRecords } from "../../project/evidence/evidenceRecords.ts";
import { Git } from "../../project/git.ts";
import { migrationDigests } from "../../project/migrations/migrationDigests.ts";
import { type ReleaseMigrationFiles, releaseMigrations } from "../../project/migrations/releaseMigrations.ts";
import { askedPlatform } from "../../project/platform/platform.ts";
import { type ProjectManifest, readManifest } from "../../project/readManifest.ts";
import { type DatabaseConnection, parseDatabaseUrl } from "../../provider/database/connection.ts";
import { withPrivateServer } from "../../provider/database/drill/privateServer.ts";
import { type PlayedDrill, playRollbackScript } from "../../provider/database/drill/rollbackScriptDrill.ts";
import { prepareEngine } from "../../provider/database/migrations/schemaEngine.ts";
import { readPlatform } from "../../provider/local/serving.ts";
import type { RollbackScriptDrill } from "../../release/evidence/drill/rollbackScript.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { resolveInside } from "../../release/projectPath.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { type Context, type GlobalOptions, openContext } from "../context.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";

const item = "database/rollback-script";

export interface DrillOptions extends GlobalOptions {
  readonly version: string;
}

/** What `greenlight drill database` ends with. */
export interface DrillResult {
  readonly ok: boolean;
  /** What was written, and is recorded as evidence, relative to the project. */
  readonly file: string;
  /** Whose server the scratch database was made on. */
  readonly server: "private" | "stack";
  readonly drill: RollbackScriptDrill;
}

/**
 * Plays a version's rollback script up, down and up again on a scratch database: on the stack's server where one is deployed, else
 * on a private one that is gone afterwards. What was seen is written beside the manifest, or where the manifest names the evidence,
 * and recorded as evidence of `database/rollback-script`.
 */
export async function drillDatabaseCommand(
  options: DrillOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<DrillResult>> {
  const context = openContext(options);
  const { project } = context;
  const settings = context.settings();
  const manifest = readManifest(project, settings.releases, options.version);
  const git = new Git(project, signal);
  const release = await releaseMigrations({
    project,
    settings,
    manifest,
    git,
    journal: [],
    platform: await whatServes(context, signal),
  });
  const { live, script, tool, all } = playable(manifest, release);
  const commit = await committed(git, project, manifest, all.plan.directory, script);
  const digests = migrationDigests(all);
  const onStep = (text: string) => reporter.tell({ kind: "step", text });
  // Loaded while the server starts; what is wrong with it is told when it is used.
  if (tool === "prisma") prepareEngine().catch(() => undefined);
  const { server, played } = await onServer(context, reporter, signal, (connection, thrownAway) =>
    playRollbackScript({
      connection,
      thrownAway,
      tool,
      before: live.migrations,
      directory: all.plan.directory,
      file: script,
      onStep,
      signal,
    }),
  );
  const drill: RollbackScriptDrill = {
    kind: "rollback-script-drill",
    version: options.version,
    commit,
    at: new Date().toISOString(),
    from: live.version,
    digests: { migrations: digests.migrations, script: digests.script ?? "" },
    ...played,
  };
  const file = placeOf(context, settings.releases, manifest);
  write(file, drill);
  record(context, settings.releases, options.version, file, drill);
  const shown = relative(project, file);
  return {
    exitCode: drill.passed ? exitCodes.ok : exitCodes.refused,
    json: { ok: drill.passed, file: shown, server, drill },
    text: textOf(drill, shown, server, manifest.manifest.evidence[item] !== undefined),
  };
}

/**
 * Elsewhere than on this machine the settings say what serves: a drill is played where nobody has the credentials of production, and the
 * checklist compares what was played with what really serves.
 */
async function whatServes({ project, stack, dir, settings }: Context, signal: AbortSignal) {
  if (settings().platform !== "local") return { live: async () => [] };
  return askedPlatform({ project, stack, dir, settings: settings(), signal });
}

interface Playable {
  readonly all: ReleaseMigrationFiles;
  readonly live: NonNullable<ReleaseMigrationFiles["live"]>;
  readonly script: string;
  readonly tool: "prisma" | "sql";
}

function playable({ file, manifest }: ProjectManifest, all: ReleaseMigrationFiles | undefined): Playable {
  const refuse = (happened: string, next: string): never => {
    throw new Problem({ happened, where: file, untouched: "Nothing was played.", next, exitCode: exitCodes.usage });
  };
  if (all === undefined) return refuse(`${manifest.version} has no migrations.`, "there is nothing to drill");
  const { live, plan, pending } = all;
  if (live === undefined)
    return refuse("Nothing is live that a rollback could go back to.", "there is nothing to drill");
  if (pending.length === 0) return refuse(`${live.version} has all of its migrations.`, "there is nothing to drill");
  if (plan.tool === "command") {
    return refuse(
      "A command's migrations can only be played by the command itself.",
      "drill them by your own means, in the form that docs/checklist.md shows",
    );
  }
  if (plan.rollback === undefined || !existsSync(plan.rollback)) {
    return refuse("The manifest names no rollback script that is there.", "name it as database.rollback");
  }
  return { all, live, script: plan.rollback, tool: plan.tool };
}

/** The commit that the drill speaks of, which must have the files as they are. */
async function committed(
  git: Git,
  project: string,
  { manifest }: ProjectManifest,
  directory: string,
  script: string,
): Promise<string> {
  const commit = manifest.commit ?? (await git.ask("rev-parse", "--verify", "HEAD^{commit}"));
  const paths = [relative(project, directory), relative(project, script)];
  const same = commit !== undefined && (await git.ask("diff", "--quiet", "--no-ext-diff", commit, "--", ...paths));
  const others = await git.ask("ls-files", "--others", "--exclude-standard", "-z", "--", ...paths);
  if (commit !== undefined && same !== undefined && others === "") return commit;
  throw new Problem({
    happened:
      commit === undefined
        ? "The project has no commit that a drill could speak of."
        : `The migrations or the rollback script are not as commit ${commit.slice(0, 12)} has them.`,
    where: paths.join(", "),
    untouched: "Nothing was played.",
    next: "commit them, let the manifest name that commit, and drill again",
    exitCode: exitCodes.usage,
  });
}

async function onServer(
  context: Context,
  reporter: Reporter,
  signal: AbortSignal,
  work: (connection: DatabaseConnection, thrownAway: boolean) => Promise<PlayedDrill>,
): Promise<{ server: DrillResult["server"]; played: PlayedDrill }> {
  const progress = (text: string) => reporter.tell({ kind: "step", text });
  const deployed = readPlatform(context.dir) === undefined ? undefined : await stackDatabase(context, progress);
  if (deployed !== undefined) return { server: "stack", played: await work(deployed, false) };
  const { postgres } = await ensureToolchain({ want: ["postgres"], progress });
  progress("starting a private database");
  const played = await withPrivateServer({ bin: postgres.bin }, { signal }, (connection) => work(connection, true));
  return { server: "private", played };
}

/** The database of the stack; undefined when it has none. */
async function stackDatabase(context: Context, progress: (text: string) => void) {
  const { Engine } = await import("../engine/engine.ts");
  const engine = await Engine.open(context, progress);
  const url = await engine.databaseUrl();
  return url === undefined ? undefined : parseDatabaseUrl(url);
}

/** Where the manifest looks for the evidence, else beside it. */
function placeOf({ project }: Context, releases: string, { file, manifest }: ProjectManifest): string {
  const [named] = manifest.evidence[item]?.files ?? [];
  if (named !== undefined) return resolveInside(project, dirname(file), named, `${file}: evidence.${item}`);
  return join(project, releases, `${manifest.version}.rollback-drill.json`);
}

function write(file: string, drill: RollbackScriptDrill): void {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(drill, null, 2)}\n`);
  renameSync(partial, file);
}

function record({ project, by }: Context, releases: string, version: string, file: string, drill: RollbackScriptDrill) {
  const read = readEvidenceBytes(project, file);
  if ("problem" in read)
    throw new Problem({ happened: `What was written cannot be read: ${read.problem}.`, where: file });
  const { sha256, source } = read;
  new EvidenceRecords(project, releases, version).append({
    item,
    file: source,
    sha256,
    commit: drill.commit,
    at: drill.at,
    by,
  });
}

function textOf(drill: RollbackScriptDrill, file: string, server: DrillResult["server"], named: boolean): string {
  const where = server === "private" ? "a private server" : "the stack's server";
  return [
    drill.passed
      ? `The rollback script of ${drill.version} took ${drill.undone.length} migrations back to ${drill.from} and left schema and rows as they were.`
      : `The rollback script of ${drill.version} does not take the database back to ${drill.from}:`,
    ...drill.differences.map((sentence) => `  ${sentence}`),
    ...drill.steps.map(({ name, ok, ms, saw }) => `  ${ok ? "ok" : "not ok"}  ${name}: ${saw} (${ms} ms)`),
    `Played on a scratch database of ${where} (PostgreSQL ${drill.serverVersion}); recorded in ${file}.`,
    ...(named ? [] : [`Name it in the manifest: evidence: { ${item}: { files: [${file.split("/").at(-1)}] } }`]),
  ].join("\n");
}
