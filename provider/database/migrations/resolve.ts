import type pg from "pg";
import { Problem } from "../../../release/problem.ts";
import { type DatabaseConnection, placeOf } from "../connection.ts";
import { fingerprintOf, type SchemaPicture, schemaPicture } from "../schema.ts";
import { historyTable, type MigrationHistory, type RecordedMigration } from "./history.ts";
import type { MigrationLayout, MigrationPlan } from "./plan.ts";
import { lineOfIndex, type Mark, readMark, removeInvalidIndex, statementHash } from "./run.ts";
import type { Statement } from "./script.ts";

/** What was decided about migrations that an earlier run did not finish. */
export interface Resolution {
  /** Statements that are done and left out, by migration. */
  readonly resume: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/**
 * Judges the unfinished rows of the migration table: where it is proven that nothing of them stayed, or that exactly their
 * first statements did, the row is cleared (as `prisma migrate resolve --rolled-back` does) and the next try goes on from
 * there. Where it is not proven, says what to look at. Call it with the migration lock held.
 */
export async function resolveUnfinished(
  client: pg.ClientBase,
  connection: DatabaseConnection,
  plan: MigrationPlan,
  history: MigrationHistory,
): Promise<Resolution> {
  const resume = new Map<string, number>();
  const notes: string[] = [];
  for (const row of history.failed) {
    const mark = readMark(row.note);
    if (mark === undefined) throw unknownState(row, plan.layout, connection);
    if (mark.mode === "transaction") {
      await clearRow(client, plan.layout, connection, row.name);
      notes.push(`${row.name}: an earlier try left nothing behind (its transaction never ended); marked rolled back`);
      continue;
    }
    notes.push(...(await resolveStatements(client, connection, plan, row, mark, resume)));
  }
  return { resume, notes };
}

async function resolveStatements(
  client: pg.ClientBase,
  connection: DatabaseConnection,
  plan: MigrationPlan,
  row: RecordedMigration,
  mark: Extract<Mark, { mode: "statements" }>,
  resume: Map<string, number>,
): Promise<string[]> {
  const statements = plan.migrations.find(({ name }) => name === row.name)?.script.statements ?? [];
  const next = statements[mark.done.length];
  let now = await schemaPicture(client);
  const notes = now.fingerprint === mark.at ? [] : await removeInvalidIndex(client, next);
  if (notes.length > 0) now = await schemaPicture(client);
  const built = onlyItsIndexIsNew(now, next, mark.at);
  const done = mark.done.length + (built ? 1 : 0);
  const sameStart = mark.done.every((hash, index) => {
    const statement = statements[index];
    return statement !== undefined && statementHash(statement) === hash;
  });
  // Whether the statement under way at the end took effect shows in the schema, unless it changes rows.
  const hidden = next !== undefined && (next.changesData || next.kind === "TransactionStmt");
  const certain = built || (now.fingerprint === mark.at && (mark.settled || !hidden));
  const untouched = done === 0 && certain;
  if (untouched || (certain && sameStart && next !== undefined)) {
    await clearRow(client, plan.layout, connection, row.name);
    if (done > 0) resume.set(row.name, done);
    const sentence =
      done === 0 ? "an earlier try left nothing behind" : `statements 1 to ${done} are done from an earlier try`;
    return [...notes, `${row.name}: ${sentence}; it goes on from there`];
  }
  throw partly(row, mark.done.length, sameStart, plan.layout, connection);
}

/** A run may be killed after the server built an index concurrently and before that was noted: it is then all that is new. */
function onlyItsIndexIsNew({ objects }: SchemaPicture, statement: Statement | undefined, before: string): boolean {
  const name = statement?.concurrentIndex;
  if (name === undefined) return false;
  const shown = lineOfIndex(name);
  return objects.some(
    (line) =>
      shown.test(line) && !line.endsWith(" INVALID") && fingerprintOf(objects.filter((it) => it !== line)) === before,
  );
}

/** Marks a Prisma row rolled back; a SQL row is taken out. */
export async function clearRow(
  client: pg.ClientBase,
  layout: MigrationLayout,
  connection: DatabaseConnection,
  name: string,
): Promise<void> {
  const table = historyTable(layout, connection);
  await client.query(
    layout === "prisma"
      ? `update ${table} set rolled_back_at = clock_timestamp() where migration_name = $1 and finished_at is null and rolled_back_at is null`
      : `delete from ${table} where name = $1 and applied_at is null`,
    [name],
  );
}

/** The command that clears a row by hand. */
export function clearByHand(layout: MigrationLayout, name: string, connection: DatabaseConnection): string {
  return layout === "prisma"
    ? `npx prisma migrate resolve --rolled-back ${name}`
    : `delete from ${historyTable(layout, connection)} where name = '${name.replaceAll("'", "''")}'`;
}

function unknownState(row: RecordedMigration, layout: MigrationLayout, connection: DatabaseConnection): Problem {
  return new Problem({
    happened: `The migration ${row.name} did not finish in an earlier run by another tool; how much of it took effect is not known.`,
    where: placeOf(connection),
    untouched: "Nothing was applied.",
    next: `Look what of it is in the database and take that back by hand; then \`${clearByHand(layout, row.name, connection)}\` and run again.`,
  });
}

function partly(
  row: RecordedMigration,
  done: number,
  sameStart: boolean,
  layout: MigrationLayout,
  connection: DatabaseConnection,
): Problem {
  const why = sameStart
    ? "whether the statement after them took effect is not certain"
    : "these statements are no longer what they were when they ran";
  return new Problem({
    happened: `The migration ${row.name} is applied in part: ${done === 0 ? "no statement is recorded as done" : `statements 1 to ${done} are done`}, and ${why}.`,
    where: placeOf(connection),
    untouched: "Nothing was applied now.",
    next: `Take back by hand what of it is in the database, then \`${clearByHand(layout, row.name, connection)}\` and run again${sameStart ? "" : "; or put the first statements back as they were: then it goes on after them"}.`,
  });
}
