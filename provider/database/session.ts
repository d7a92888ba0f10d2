import { setTimeout as wait } from "node:timers/promises";
import pRetry from "p-retry";
import pg from "pg";
import { deadlineIn } from "../../release/deadline.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { type DatabaseConnection, errorCode, maskedCause, type Patience, placeOf, secretsOf } from "./connection.ts";

/** Session settings of a connection. */
export interface SessionSettings {
  /** Milliseconds a statement waits for a lock; 0 (the default) waits as long as the timeout allows. */
  readonly lockTimeoutMs?: number;
  /** Milliseconds a statement may take; 0 (the default) sets no limit. */
  readonly statementTimeoutMs?: number;
}

export function clientConfig(connection: DatabaseConnection, settings: SessionSettings = {}): pg.ClientConfig {
  const { host, port, user, database, password, sslMode } = connection;
  return {
    host,
    port,
    user,
    database,
    // A function keeps pg from falling back to PGPASSWORD or .pgpass when the password is empty.
    password: () => password,
    ssl: sslMode === "verify-full" ? true : sslMode === "require" ? { rejectUnauthorized: false } : false,
    application_name: "greenlight",
    lock_timeout: settings.lockTimeoutMs ?? 0,
    statement_timeout: settings.statementTimeoutMs ?? 0,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  };
}

/** Not there yet, rather than refused: worth another try until the deadline. */
const passing = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "57P03",
  "57P01",
  "53300",
  "EHOSTUNREACH",
]);

/**
 * Connects, trying again while the server starts; gives up after `timeoutMs` (default 10 s).
 * The caller ends the client.
 */
export async function connect(
  connection: DatabaseConnection,
  options: Patience & SessionSettings = {},
): Promise<pg.Client> {
  const { signal, timeoutMs = 10_000 } = options;
  const deadline = Date.now() + timeoutMs;
  const attempt = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      ...clientConfig(connection, options),
      connectionTimeoutMillis: Math.max(200, Math.min(5_000, deadline - Date.now())),
    });
    // A server that goes away while the client is idle must not end our process; the next query reports it.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw maskedCause(error, secretsOf(connection));
    }
  };
  try {
    return await pRetry(attempt, {
      retries: 10_000,
      factor: 1.5,
      minTimeout: 50,
      maxTimeout: 1_000,
      maxRetryTime: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => Date.now() < deadline && isPassing(error),
    });
  } catch (error) {
    throw unreachableProblem(connection, error, signal);
  }
}

function isPassing(error: Error): boolean {
  return passing.has(errorCode(error) ?? "") || /timeout|terminated unexpectedly/i.test(error.message);
}

function unreachableProblem(connection: DatabaseConnection, error: unknown, signal?: AbortSignal): Problem {
  const secrets = secretsOf(connection);
  if (signal?.aborted) return interrupted("connecting to the database", connection);
  const cause = maskedCause(error, secrets);
  const refused = ["28P01", "28000", "3D000", "42501"].includes(errorCode(error) ?? "");
  return new Problem({
    happened: `The database ${refused ? "refused the connection" : "could not be reached"}.`,
    where: placeOf(connection),
    untouched: "Nothing was changed.",
    next: refused
      ? "Check user, password and database name."
      : "Check that the server runs and that this machine may connect to it.",
    cause,
  });
}

/** What is thrown when a person or a caller interrupts. */
export function interrupted(doing: string, connection: DatabaseConnection, untouched?: string): Problem {
  return new Problem({
    happened: `Interrupted while ${doing}.`,
    where: placeOf(connection),
    untouched: untouched ?? "Nothing was changed.",
    next: "Run the same command again: it goes on from here.",
    exitCode: exitCodes.interrupted,
  });
}

/**
 * Runs `work` on a connection of its own and ends it. On abort or timeout (default 10 min) the statement under way is
 * cancelled on the server, so that nothing runs on unseen.
 */
export async function withClient<Result>(
  connection: DatabaseConnection,
  options: Patience & SessionSettings,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(connection, { ...options, timeoutMs: Math.min(options.timeoutMs ?? 10_000, 10_000) });
  const deadline = deadlineIn(options.timeoutMs ?? 600_000, "The database", options.signal);
  const stopCancelling = cancelOnAbort(client, connection, deadline.signal);
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (options.signal?.aborted) throw interrupted("waiting for the database", connection);
    throw queryProblem(
      connection,
      deadline.passed() ? new Error("it took longer than allowed", { cause: error }) : error,
    );
  } finally {
    deadline.end();
    stopCancelling();
    await Promise.race([client.end().catch(() => undefined), wait(1_000, undefined, { ref: false })]);
  }
}

/** A failed query as a {@link Problem}. */
export function queryProblem(connection: DatabaseConnection, error: unknown): Problem {
  const cause = maskedCause(error, secretsOf(connection));
  return new Problem({
    happened: "The database answered with an error.",
    where: placeOf(connection),
    cause,
  });
}

/** The server's process id of a client's session. */
export function sessionOf(client: pg.ClientBase): number {
  const id: unknown = Reflect.get(client, "processID");
  return typeof id === "number" ? id : 0;
}

/**
 * Cancels the client's statement on the server when the signal fires; returns how to stop listening. A statement that was on
 * its way when the first cancellation came is caught by a later one; what starts after that, such as tidying up, is not.
 */
export function cancelOnAbort(client: pg.ClientBase, connection: DatabaseConnection, signal?: AbortSignal): () => void {
  if (signal === undefined) return () => undefined;
  let stopped = false;
  const cancel = async (): Promise<void> => {
    const other = await connect(connection, { timeoutMs: 2_000 });
    try {
      const session = sessionOf(client);
      const first = await other.query<{ at: string }>(
        "select pg_cancel_backend($1), (clock_timestamp() + interval '500 milliseconds')::text as at",
        [session],
      );
      for (const pauseMs of [500, 1_500, 4_000]) {
        await wait(pauseMs, undefined, { ref: false });
        if (stopped) return;
        await other.query(
          "select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and state = 'active' and query_start < $2::timestamptz",
          [session, first.rows[0]?.at],
        );
      }
    } finally {
      await other.end();
    }
  };
  const listener = (): void => {
    // The server is gone: then the statement is, too.
    cancel().catch(() => undefined);
  };
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener, { once: true });
  return () => {
    stopped = true;
    signal.removeEventListener("abort", listener);
  };
}

/** Whether the database answers a query now (one try, default 2 s), and the reason if not. */
export async function reachable(
  connection: DatabaseConnection,
  options: Patience = {},
): Promise<{ readonly reachable: true } | { readonly reachable: false; readonly reason: string }> {
  const timeoutMs = options.timeoutMs ?? 2_000;
  const client = new pg.Client({
    ...clientConfig(connection),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on("error", () => undefined);
  const closing = (): void => void client.end().catch(() => undefined);
  options.signal?.addEventListener("abort", closing, { once: true });
  try {
    await client.connect();
    await client.query("select 1");
    return { reachable: true };
  } catch (error) {
    return { reachable: false, reason: maskedCause(error, secretsOf(connection)).message };
  } finally {
    options.signal?.removeEventListener("abort", closing);
    closing();
  }
}
