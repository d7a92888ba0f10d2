import type pg from "pg";
import type { DatabaseConnection } from "../connection.ts";
import { historyTable } from "./history.ts";
import type { PlannedMigration } from "./plan.ts";
import { renderMark, runScript } from "./run.ts";

export interface ApplyOptions {
  readonly client: pg.ClientBase;
  readonly connection: DatabaseConnection;
  /** Statements of a migration that an earlier run did. */
  readonly resume: ReadonlyMap<string, number>;
  readonly signal?: AbortSignal;
  readonly onStatement?: (migration: string, statement: number, of: number) => void;
}

/** Applies plain SQL files in order and records each in `greenlight_migrations`, in the same transaction where there is one. */
export async function applySql(pending: readonly PlannedMigration[], options: ApplyOptions): Promise<void> {
  const { client, connection, resume, signal, onStatement } = options;
  const table = historyTable("sql", connection);
  await client.query(
    `create table if not exists ${table} (name text primary key, checksum text not null, applied_at timestamptz,
       statements integer not null, duration_ms integer, note text)`,
  );
  for (const migration of pending) {
    const started = performance.now();
    const { statements } = migration.script;
    const row = [migration.name, migration.checksum, statements.length];
    await runScript({
      client,
      connection,
      migration,
      resumeAfter: resume.get(migration.name) ?? 0,
      ...(signal === undefined ? {} : { signal }),
      onStatement: (statement, of) => onStatement?.(migration.name, statement, of),
      note: async (session, mark) => {
        // One transaction needs no row beforehand: there will be one exactly if it commits.
        if (mark.mode === "transaction") return;
        await session.query(
          `insert into ${table} (name, checksum, statements, note) values ($1, $2, $3, $4)
           on conflict (name) do update set checksum = excluded.checksum, statements = excluded.statements, note = excluded.note`,
          [...row, renderMark(mark)],
        );
      },
      finish: async (session) => {
        const took = Math.round(performance.now() - started);
        await session.query(
          `insert into ${table} (name, checksum, statements, applied_at, duration_ms) values ($1, $2, $3, clock_timestamp(), $4)
           on conflict (name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at,
             duration_ms = excluded.duration_ms, note = null`,
          [...row, took],
        );
      },
    });
  }
}
