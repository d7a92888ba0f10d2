import type pg from "pg";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, maskedCause, placeOf, secretsOf, withClient } from "../connection.ts";
import { compareSchemas, describeDifference, type SchemaPicture, schemaPicture } from "../schema.ts";
import type { MigrationHistory } from "./history.ts";
import type { MigrationPlan } from "./plan.ts";
import { clearByHand, clearRow } from "./resolve.ts";
import type { StatementFailure } from "./run.ts";

interface Context {
  readonly connection: DatabaseConnection;
  readonly signal: AbortSignal;
}

/**
 * Turns a failed statement into what a person needs: compares the schema with what it was, clears the row if that proves
 * that nothing stayed, and says how to go on.
 */
export async function failedMigration(
  client: pg.ClientBase,
  failure: StatementFailure,
  before: SchemaPicture,
  plan: MigrationPlan,
  { connection, signal }: Context,
): Promise<Problem> {
  const migration = plan.migrations.find(({ name }) => name === failure.migration);
  const where = `${migration?.file ?? plan.directory}:${failure.line}; ${placeOf(connection)}`;
  const happened = signal.aborted ? `Interrupted, or out of time. ${failure.message}` : `${failure.message}.`;
  const exitCode = signal.aborted ? exitCodes.interrupted : exitCodes.failed;
  const common = { happened, where, exitCode, cause: failure.cause };
  const advice = hint(failure);
  try {
    return await onAnyClient(client, connection, async (usable) => {
      const earlier = await appliedBefore(usable, before, failure, plan);
      if (failure.done === 0) await clearRow(usable, plan.layout, connection, failure.migration);
      const words = failure.mode === "transaction" || failure.done === 0 ? asBefore(failure, earlier) : stayed(failure);
      const untouched = [words, ...failure.cleaned.map((sentence) => `${sentence}.`)].join(" ");
      return new Problem({
        ...common,
        untouched,
        next: `${advice}Mend the script and run the same release again: it goes on from here.`,
      });
    });
  } catch (error) {
    const untouched = `How much stayed could not be checked: ${maskedCause(error, secretsOf(connection)).message}. ${failure.mode === "transaction" ? "The script ran in one transaction, which the server rolls back." : `Statements 1 to ${failure.done} are done.`}`;
    return new Problem({
      ...common,
      untouched,
      next: `${advice}When the database answers again, run the same release again: it goes on from here.`,
    });
  }
}

/** A difference that remains is that of migrations which did finish before this one in the same run. */
async function appliedBefore(
  client: pg.ClientBase,
  before: SchemaPicture,
  failure: StatementFailure,
  plan: MigrationPlan,
): Promise<string> {
  const difference = compareSchemas(before, await schemaPicture(client));
  if (difference.added.length + difference.removed.length === 0)
    return "the schema is as before (compared after the failure)";
  const index = plan.migrations.findIndex(({ name }) => name === failure.migration);
  const previous = index > 0 ? plan.migrations[index - 1]?.name : undefined;
  return `compared with the start, the schema has only what was applied before it${previous === undefined ? "" : ` (up to ${previous})`}: ${describeDifference(difference)}`;
}

function asBefore(failure: StatementFailure, earlier: string): string {
  const rolledBack =
    failure.mode === "statements"
      ? "No statement of it took effect"
      : failure.statement === 1
        ? "It was rolled back"
        : failure.statement === 2
          ? "Statement 1 was rolled back"
          : `Statements 1 to ${failure.statement - 1} were rolled back`;
  return `${rolledBack}; ${earlier}.`;
}

function stayed(failure: StatementFailure): string {
  const which = failure.done === 1 ? "Statement 1 is" : `Statements 1 to ${failure.done} are`;
  return `${which} done and stay${failure.done === 1 ? "s" : ""}, as this script cannot be one transaction; the next run goes on after ${failure.done === 1 ? "it" : "them"}.`;
}

function hint(failure: StatementFailure): string {
  if (failure.code === "55P03")
    return "Another session held a lock it needs: find it in pg_stat_activity, or run at a quieter time. ";
  if (failure.code === "57014")
    return "It was stopped (time limit or interruption); raise statementTimeoutMs if it needs longer. ";
  if (failure.code === "53100") return "The database's disk is full: free space first. ";
  return "";
}

async function onAnyClient<Result>(
  client: pg.ClientBase,
  connection: DatabaseConnection,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  const answers = await client.query("select 1").then(
    () => true,
    () => false,
  );
  return answers ? work(client) : withClient(connection, { timeoutMs: 10_000 }, work);
}

/** The user's Prisma command line left a failed row: its own log is quoted, and the row cleared if nothing stayed. */
export async function failedCli(
  client: pg.ClientBase,
  history: MigrationHistory,
  run: { readonly output: string },
  before: SchemaPicture,
  plan: MigrationPlan,
  { connection }: Context,
): Promise<Problem> {
  const [row] = history.failed;
  const name = row?.name ?? "?";
  const migration = plan.migrations.find((planned) => planned.name === name);
  const difference = compareSchemas(before, await schemaPicture(client));
  const same = difference.added.length + difference.removed.length === 0;
  // The command line may run statement by statement: rows may have changed even where the schema has not.
  const proven = same && (migration?.script.statements.every((statement) => !statement.changesData) ?? false);
  if (proven) await clearRow(client, plan.layout, connection, name);
  const said = maskedCause(
    new Error((row?.note ?? run.output).split("\n").slice(0, 6).join(" ").slice(0, 1_000)),
    secretsOf(connection),
  ).message;
  return new Problem({
    happened: `The migration ${name} failed (run by the project's prisma command line).`,
    where: `${migration?.file ?? plan.directory}; ${placeOf(connection)}`,
    untouched: proven
      ? "The schema is as before (compared after the failure); the migration is marked rolled back."
      : `Since the start the schema differs by: ${describeDifference(difference)}. Rows may have changed, too.`,
    next: proven
      ? "Mend the script and run the same release again: it goes on from here."
      : `Take back by hand what of it is in the database, then \`${clearByHand(plan.layout, name, connection)}\` and run again.`,
    cause: new Error(said),
  });
}

/** The table does not say what it should, whatever the tool claimed. */
export function unverified(
  lacking: readonly string[],
  history: MigrationHistory,
  table: string,
  connection: DatabaseConnection,
): Problem {
  const failed = history.failed.map(({ name }) => name);
  const words = [
    lacking.length === 0 ? undefined : `not finished with this script: ${lacking.slice(0, 10).join(", ")}`,
    failed.length === 0 ? undefined : `failed: ${failed.slice(0, 10).join(", ")}`,
  ].filter((part) => part !== undefined);
  return new Problem({
    happened: `The migration table does not show what was to be applied (${words.join("; ")}).`,
    where: `${table} in ${placeOf(connection)}`,
    next: "Run again; if it stays so, look at the table and at the tool's output.",
    exitCode: exitCodes.notAsAsked,
  });
}
