import pg from "pg";
import { type DatabaseConnection, maskedCause, secretsOf } from "./connection.ts";
import { clientConfig } from "./session.ts";

/** What the database says about itself, for watching. */
export type DatabaseHealth =
  | {
      readonly reachable: true;
      readonly at: string;
      readonly answeredInMs: number;
      readonly connections: { readonly used: number; readonly max: number };
      /** Sessions of this database that wait for a lock. */
      readonly locksWaiting: number;
      /** Seconds since the longest open transaction of this database began; 0 if none is open. */
      readonly longestTransactionSeconds: number;
      /** Since the statistics were last reset: compare two looks. */
      readonly deadlocks: number;
      readonly sizeBytes: number;
    }
  | { readonly reachable: false; readonly at: string; readonly reason: string };

const patienceMs = 2_000;
const pools = new Map<string, pg.Pool>();

/** One connection, kept between looks; a process may end while it is idle. */
function poolFor(connection: DatabaseConnection): pg.Pool {
  const key = JSON.stringify([
    connection.host,
    connection.port,
    connection.user,
    connection.database,
    connection.password,
  ]);
  const existing = pools.get(key);
  if (existing !== undefined) return existing;
  const pool = new pg.Pool({
    ...clientConfig(connection, { statementTimeoutMs: patienceMs, lockTimeoutMs: patienceMs }),
    max: 1,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    allowExitOnIdle: true,
  });
  pool.on("error", () => undefined);
  pools.set(key, pool);
  return pool;
}

interface Row {
  readonly used: number;
  readonly max: number;
  readonly waiting: number;
  readonly longest: number;
  readonly deadlocks: string;
  readonly size: string;
}

const question = `
  select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
    current_setting('max_connections')::int as max,
    (select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting,
    (select coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0)::float8 from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()) as longest,
    (select deadlocks::text from pg_stat_database where datname = current_database()) as deadlocks,
    pg_database_size(current_database())::text as size`;

/** Looks at the database once, within two seconds; never throws. */
export async function databaseHealth(connection: DatabaseConnection): Promise<DatabaseHealth> {
  const at = new Date().toISOString();
  const started = performance.now();
  try {
    const { rows } = await poolFor(connection).query<Row>(question);
    const [row] = rows;
    if (row === undefined) throw new Error("the database gave no answer");
    return {
      reachable: true,
      at,
      answeredInMs: Math.round(performance.now() - started),
      connections: { used: row.used, max: row.max },
      locksWaiting: row.waiting,
      longestTransactionSeconds: row.longest,
      deadlocks: Number(row.deadlocks),
      sizeBytes: Number(row.size),
    };
  } catch (error) {
    return { reachable: false, at, reason: maskedCause(error, secretsOf(connection)).message };
  }
}

/** Ends the kept connections. */
export async function closeDatabaseHealth(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map((pool) => pool.end().catch(() => undefined)));
}
