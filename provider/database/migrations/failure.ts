import type pg from "pg";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, maskedCause, placeOf, secretsOf } from "../connection.ts";
import { compareSchemas, describeDifference, type SchemaPicture, schemaPicture } from "../schema.ts";
import { withClient } from "../session.ts";
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
  plan: MigrationPlan,
  { connection, signal }: Context,
): Promise<Problem> {
  const migration = plan.migrations.find(({ name }) => name === failure.migration);
  const where = `${migration?.file ?? plan.directory}:${failure.at.line}; ${placeOf(connection)}`;
  const happened = signal.aborted ? `Interrupted, or out of time. ${failure.message}` : `${failure.message}.`;
  const exitCode = signal.aborted ? exitCodes.interrupted : exitCodes.failed;
  const common = { happened, where, exitCode, cause: failure.cause };
  const { done, settled, before, cleaned } = failure.state;
  const advice = hint(failure);
  try {
    return await onAnyClient(client, connection, async (usable) => {
      const difference = compareSchemas(before, await schemaPicture(usable));
      const same = difference.added.length + difference.removed.length === 0;
      const clean = failure.mode === "transaction" || (done === 0 && same && settled);
      if (clean) await clearRow(usable, plan.layout, connection, failure.migration);
      const compared = same
        ? "the schema is as before (compared after the failure)"
        : `compared with before it, the schema differs by: ${describeDifference(difference)}`;
      const words = done === 0 ? `${asBefore(failure)}; ${compared}.` : stayed(failure);
      const untouched = [words, ...cleaned.map((sentence) => `${sentence}.`)].join(" ");
      const next = `${advice}Mend the script and run the same release again: it goes on from here.`;
      return new Problem({ ...common, untouched, next });
    });
  } catch (error) {
    const reason = maskedCause(error, secretsOf(connection)).message;
    const known =
      failure.mode === "transaction"
        ? "The script ran in one transaction, which the server rolls back."
        : `Statements 1 to ${done} are done.`;
    return new Problem({
      ...common,
      untouched: `How much stayed could not be checked: ${reason}. ${known}`,
      next: `${advice}When the database answers again, run the same release again: it goes on from here.`,
    });
  }
}

function asBefore({ mode, at, state }: StatementFailure): string {
  if (mode === "statements")
    return state.settled ? "No statement of it took effect" : "Whether it took effect in part is not certain";
  if (at.statement === 1) return "It was rolled back";
  return at.statement === 2 ? "Statement 1 was rolled back" : `Statements 1 to ${at.statement - 1} were rolled back`;
}

function stayed({ state: { done } }: StatementFailure): string {
  return done === 1
    ? "Statement 1 is done and stays, as this script cannot be one transaction; the next run goes on after it."
    : `Statements 1 to ${done} are done and stay, as this script cannot be one transaction; the next run goes on after them.`;
}

function hint(failure: StatementFailure): string {
  if (failure.answer.code === "55P03")
    return "Another session held a lock it needs: find it in pg_stat_activity, or run at a quieter time. ";
  if (failure.answer.code === "57014")
    return "It was stopped (time limit or interruption); raise statementTimeoutMs if it needs longer. ";
  if (failure.answer.code === "53100") return "The database's disk is full: free space first. ";
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
