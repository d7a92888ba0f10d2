import type pg from "pg";
import { type DatabaseConnection, isoText, type Patience, quoted } from "../connection.ts";
import { withClient } from "../session.ts";
import type { MigrationLayout } from "./plan.ts";

/** A migration as its tool's table records it. */
export interface RecordedMigration {
  readonly name: string;
  readonly checksum: string;
  /** ISO 8601; absent for one that did not finish. */
  readonly appliedAt?: string;
  /** Milliseconds it took, where it finished. */
  readonly durationMs?: number;
  /** What was noted while it ran. */
  readonly note?: string;
}

/** What the migration table of a database says. */
export interface MigrationHistory {
  readonly layout: MigrationLayout;
  /** Whether the table is there at all. */
  readonly exists: boolean;
  /** Finished and not rolled back, in the order in which they were applied. */
  readonly applied: readonly RecordedMigration[];
  /** Started, neither finished nor marked rolled back. */
  readonly failed: readonly RecordedMigration[];
  /** Names that were marked rolled back and not applied again since. */
  readonly rolledBack: readonly string[];
}

/** The quoted name of a tool's table, in the connection's schema. */
export function historyTable(layout: MigrationLayout, connection: DatabaseConnection): string {
  const table = layout === "prisma" ? "_prisma_migrations" : "greenlight_migrations";
  return `${quoted(connection.schema ?? "public")}.${quoted(table)}`;
}

/** Reads the migration table as it is now; a table that is not there is an empty history. Default timeout 10 s. */
export async function readMigrations(
  options: Patience & { readonly connection: DatabaseConnection; readonly layout: MigrationLayout },
): Promise<MigrationHistory> {
  return withClient(options.connection, { ...options, timeoutMs: options.timeoutMs ?? 10_000 }, (client) =>
    readHistory(client, options.layout, options.connection),
  );
}

interface Row {
  readonly name: string;
  readonly checksum: string;
  readonly finished: string | null;
  readonly undone: boolean;
  readonly note: string | null;
  readonly took: number | null;
}

/** The same on an open connection. */
export async function readHistory(
  client: pg.ClientBase,
  layout: MigrationLayout,
  connection: DatabaseConnection,
): Promise<MigrationHistory> {
  const table = historyTable(layout, connection);
  const there = await client.query<{ oid: string | null }>("select to_regclass($1)::text as oid", [table]);
  if ((there.rows[0]?.oid ?? null) === null) return { layout, exists: false, applied: [], failed: [], rolledBack: [] };
  const columns =
    layout === "prisma"
      ? `migration_name as name, checksum, ${isoText("finished_at")} as finished, rolled_back_at is not null as undone, logs as note, (extract(epoch from finished_at - started_at) * 1000)::int as took`
      : `name, checksum, ${isoText("applied_at")} as finished, false as undone, note, duration_ms as took`;
  const order = layout === "prisma" ? "started_at, finished_at" : "applied_at, name";
  const { rows } = await client.query<Row>(`select ${columns} from ${table} order by ${order}`);
  const recorded = rows.map((row) => ({
    undone: row.undone,
    entry: {
      name: row.name,
      checksum: row.checksum,
      ...(row.finished === null ? {} : { appliedAt: row.finished }),
      ...(row.took === null ? {} : { durationMs: row.took }),
      ...(row.note === null ? {} : { note: row.note }),
    },
  }));
  const standing = recorded.filter(({ undone }) => !undone).map(({ entry }) => entry);
  const applied = standing.filter((entry) => entry.appliedAt !== undefined);
  const names = new Set(applied.map(({ name }) => name));
  const rolledBack = recorded
    .filter(({ undone, entry }) => undone && !names.has(entry.name))
    .map(({ entry }) => entry.name);
  return {
    layout,
    exists: true,
    applied,
    failed: standing.filter((entry) => entry.appliedAt === undefined),
    rolledBack: [...new Set(rolledBack)],
  };
}
