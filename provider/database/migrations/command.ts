import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { ExecaError, execa } from "execa";
import type pg from "pg";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, databaseUrl, mask, maskedCause, placeOf, secretsOf } from "../connection.ts";
import { compareSchemas, describeDifference, schemaPicture } from "../schema.ts";
import type { MigrationResult } from "./apply.ts";
import { databaseWords } from "./run.ts";

/** Any program that migrates, and the query that shows that it did. */
export interface CommandMigration {
  /** Program and arguments; never given to a shell. The address of the database is in DATABASE_URL. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A query whose first value, as text, must be `expect` afterwards. Without it nothing is run. */
  readonly verify: { readonly sql: string; readonly expect: string };
}

interface Options extends CommandMigration {
  readonly connection: DatabaseConnection;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

const keptOutput = 64_000;

/** Runs the command unless the query shows already that it is done; how it ends proves nothing, the query does. */
export async function runCommandMigration(client: pg.ClientBase, options: Options): Promise<MigrationResult> {
  const { command, connection, verify } = options;
  const name = mask(command.join(" ").slice(0, 200), secretsOf(connection));
  await refuseUnclear(options);
  const result = { tool: "command" as const, pending: [], extra: [], notes: [] };
  const proof = (value: string | null): string => `asked ${verify.sql}: ${JSON.stringify(value)}`;
  const already = await answer(client, verify.sql).catch(() => null);
  if (already === verify.expect) {
    return { ...result, by: "nobody", applied: [], alreadyApplied: [name], verifiedBy: proof(already) };
  }
  const before = await schemaPicture(client);
  const started = performance.now();
  const run = await runCommand(options, name);
  const durationMs = Math.round(performance.now() - started);
  const seen = await answer(client, verify.sql).catch((error: unknown) => `error: ${databaseWords(error, connection)}`);
  if (run.ended === undefined && seen === verify.expect) {
    const checksum = createHash("sha256").update(JSON.stringify(command)).digest("hex");
    return {
      ...result,
      by: "command",
      applied: [{ name, checksum, durationMs }],
      alreadyApplied: [],
      verifiedBy: proof(seen),
      output: run.output,
    };
  }
  const difference = compareSchemas(before, await schemaPicture(client));
  const same = difference.added.length + difference.removed.length === 0;
  throw new Problem({
    happened:
      run.ended === undefined
        ? `The migration command ended well, but the query ${verify.sql} answers ${JSON.stringify(seen)} instead of ${JSON.stringify(verify.expect)}.`
        : `The migration command failed (${run.ended}).`,
    where: `${name} in ${options.cwd}; ${placeOf(connection)}`,
    untouched: same
      ? "The schema is as before (compared afterwards); whether rows changed is not known."
      : `The schema changed: ${describeDifference(difference)}.`,
    next: "Mend what the command says and run the same release again; the command is run anew.",
    exitCode: options.signal.aborted ? exitCodes.interrupted : exitCodes.failed,
    ...(run.output.trim() === "" ? {} : { cause: new Error(lastLines(run.output)) }),
  });
}

async function refuseUnclear({ command, cwd, verify }: Options): Promise<void> {
  const folder = await stat(cwd).catch(() => undefined);
  const what =
    command.length === 0 || command[0] === ""
      ? "The migration command is empty."
      : verify === undefined || verify.sql.trim() === ""
        ? "A migration command needs a query that shows that it worked (verify: {sql, expect})."
        : folder?.isDirectory() !== true
          ? "The folder in which the migration command is to run is not there."
          : undefined;
  if (what === undefined) return;
  throw new Problem({
    happened: what,
    where: cwd,
    untouched: "Nothing was run.",
    next: "Mend the setting.",
    exitCode: exitCodes.usage,
  });
}

async function answer(client: pg.ClientBase, sql: string): Promise<string | null> {
  // Read-only, so that a query given as a check cannot change what it checks.
  await client.query("begin read only");
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
    const value = rows[0]?.[0];
    return value === undefined || value === null ? null : value instanceof Date ? value.toISOString() : String(value);
  } finally {
    await client.query("rollback");
  }
}

async function runCommand(
  options: Options,
  name: string,
): Promise<{ readonly output: string; readonly ended?: string }> {
  const { command, cwd, env, connection, signal, timeoutMs = 600_000 } = options;
  const [program = "", ...args] = command;
  const secrets = secretsOf(connection);
  try {
    const { all } = await execa(program, args, {
      cwd,
      env: { ...env, DATABASE_URL: databaseUrl(connection) },
      stdin: "ignore",
      all: true,
      timeout: timeoutMs,
      cancelSignal: signal,
      forceKillAfterDelay: 2_000,
      maxBuffer: 50_000_000,
    });
    return { output: mask(`${all ?? ""}`.slice(-keptOutput), secrets) };
  } catch (error) {
    if (!(error instanceof ExecaError)) throw maskedCause(error, secrets);
    if (error.code === "ENOENT" || error.code === "EACCES") {
      throw new Problem({
        happened: `The migration command does not exist or cannot be run: ${name}.`,
        where: cwd,
        untouched: "Nothing was run.",
        next: "Check the command; it is a program with arguments, not a line for a shell.",
        exitCode: exitCodes.usage,
      });
    }
    const ended = error.isCanceled
      ? "interrupted"
      : error.timedOut
        ? "out of time"
        : error.signal === undefined
          ? `exit code ${error.exitCode}`
          : error.signal;
    return { output: mask(`${error.all ?? ""}`.slice(-keptOutput), secrets), ended };
  }
}

const lastLines = (text: string): string => text.trim().split("\n").slice(-5).join("\n").slice(-1_000);
