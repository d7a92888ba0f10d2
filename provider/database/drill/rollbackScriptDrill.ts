import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RollbackScriptDrill } from "../../../release/evidence/drill/rollbackScript.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { brief } from "../../../release/migrationSafety/finding.ts";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, type Patience, placeOf } from "../connection.ts";
import { type ContentDifference, compareContent, type TableContent } from "../content.ts";
import { migrate } from "../migrations/apply.ts";
import { runRollbackScript } from "../migrations/rollbackScript.ts";
import { compareSchemas, type SchemaPicture, schemaPicture } from "../schema.ts";
import { withScratchDatabase } from "../scratch.ts";
import { withClient } from "../session.ts";
import { rowsByName } from "./rowsByName.ts";

export interface RollbackScriptDrillOptions extends Patience {
  /** The server on which the scratch database is made; its own databases are not touched. */
  readonly connection: DatabaseConnection;
  /** The connection's own database is as empty as a scratch one, and thrown away afterwards: the drill is played in it. */
  readonly thrownAway?: boolean;
  readonly tool: "prisma" | "sql";
  /** Migrations of the version that is gone back to, as files of a folder. */
  readonly before: readonly { readonly path: string; readonly text: string }[];
  /** The folder with all migrations of the release. */
  readonly directory: string;
  /** The script that takes the release's own ones back. */
  readonly file: string;
  readonly onStep?: (sentence: string) => void;
}

/** What was played and seen. */
export type PlayedDrill = Pick<RollbackScriptDrill, "serverVersion" | "undone" | "steps" | "passed" | "differences">;

type Step = RollbackScriptDrill["steps"][number];

interface State {
  readonly schema: SchemaPicture;
  readonly rows: readonly TableContent[];
}

/** Most differences that are told. */
const mostDifferences = 100;

/**
 * Plays a rollback script on a scratch database: the migrations of the version that is live, those of the release, the script, and
 * those of the release again. After the script schema and rows must be as before, whatever the order of columns; after the second
 * way up the schema must be as after the first.
 */
export async function playRollbackScript(options: RollbackScriptDrillOptions): Promise<PlayedDrill> {
  const folder = await mkdtemp(join(tmpdir(), "greenlight-drill-"));
  try {
    for (const { path, text } of options.before) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    if (options.thrownAway !== true) {
      return await withScratchDatabase(options.connection, options, (scratch) => play(options, scratch, folder));
    }
    await refuseTables(options);
    return await play(options, options.connection, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function refuseTables(options: RollbackScriptDrillOptions): Promise<void> {
  const { rows } = await stateOf(options);
  if (rows.length === 0) return;
  throw new Problem({
    happened: `The database for the drill is not empty: it has ${rows.length} tables.`,
    where: placeOf(options.connection),
    untouched: "Nothing was played.",
    next: "let it be played in a scratch database",
    exitCode: exitCodes.refused,
  });
}

async function play(
  options: RollbackScriptDrillOptions,
  scratch: DatabaseConnection,
  folder: string,
): Promise<PlayedDrill> {
  const { tool, directory, file } = options;
  const here = { connection: scratch, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  const steps: Step[] = [];
  const differences: string[] = [];
  let undone: readonly string[] = [];
  const step = async (name: Step["name"], saying: string, work: () => Promise<void>): Promise<State | undefined> => {
    options.onStep?.(saying);
    const started = performance.now();
    const failed = await failureOf(work);
    const state = await stateOf(here);
    if (failed !== undefined) differences.push(`${saying}: ${failed}`);
    const saw = failed ?? sayState(state);
    steps.push({ name, ok: failed === undefined, ms: Math.round(performance.now() - started), saw: brief(saw, 2_000) });
    return failed === undefined ? state : undefined;
  };
  const differ = (found: readonly string[]): void => {
    differences.push(...found);
    const last = steps.at(-1);
    if (found.length > 0 && last !== undefined) steps.splice(-1, 1, { ...last, ok: false });
  };

  const start = await step("begin", "the migrations of the live version", async () => {
    if (options.before.length > 0) await migrate({ ...here, tool, directory: folder });
  });
  const there =
    start &&
    (await step("up", "the migrations of the release", async () => {
      undone = (await migrate({ ...here, tool, directory })).applied.map(({ name }) => name);
      if (undone.length === 0) throw new Problem({ happened: "There is none that the live version does not have." });
    }));
  const back =
    there &&
    (await step("down", "the rollback script", async () => {
      await runRollbackScript({ ...here, tool, file, undoes: undone });
    }));
  if (start !== undefined && back !== undefined) differ([...schemaFaults(start, back), ...rowFaults(start, back)]);
  const again =
    back &&
    (await step(
      "up again",
      "the migrations of the release again",
      async () => void (await migrate({ ...here, tool, directory })),
    ));
  if (there !== undefined && again !== undefined) {
    differ(schemaFaults(there, again).map((fault) => `after the second way up: ${fault}`));
  }
  const told = differences.slice(0, mostDifferences).map((sentence) => brief(sentence, 500));
  return {
    serverVersion: await versionOf(here),
    undone: [...undone],
    steps,
    passed: differences.length === 0 && steps.length === 4 && steps.every(({ ok }) => ok),
    differences: told,
  };
}

/** What a step is refused with; an interruption goes on. */
async function failureOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.exitCode === exitCodes.interrupted) throw error;
    return error.happened.replace(/\.$/, "");
  }
}

type Here = Patience & { readonly connection: DatabaseConnection };

async function stateOf(here: Here): Promise<State> {
  return withClient(here.connection, here, async (client) => ({
    schema: await schemaPicture(client),
    rows: await rowsByName(client, here.signal),
  }));
}

async function versionOf(here: Here): Promise<string> {
  return withClient(here.connection, here, async (client) => {
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
    return brief(rows[0]?.version ?? "unknown", 100);
  });
}

function sayState({ schema, rows }: State): string {
  const count = rows.reduce((sum, table) => sum + table.rows, 0);
  return `${rows.length} tables with ${count} rows, ${schema.objects.length} objects of the schema`;
}

function schemaFaults(expected: State, seen: State): string[] {
  const { added, removed } = compareSchemas(expected.schema, seen.schema);
  return [...added.map((line) => `left behind: ${line}`), ...removed.map((line) => `not put back: ${line}`)];
}

function rowFaults(expected: State, seen: State): string[] {
  return compareContent(expected.rows, seen.rows).flatMap((difference) => sayRows(difference) ?? []);
}

/** A table that is there or not is told by the schema. */
function sayRows({ name, expected, seen }: ContentDifference): string | undefined {
  if (expected === undefined || seen === undefined) return undefined;
  return expected.rows === seen.rows
    ? `rows of ${name} have other values than before`
    : `${name} has ${seen.rows} rows where it had ${expected.rows}`;
}
