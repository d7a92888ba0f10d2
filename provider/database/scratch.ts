import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type pg from "pg";
import { Problem } from "../../release/problem.ts";
import { processLives } from "../processLives.ts";
import {
  type DatabaseConnection,
  errorCode,
  maskedCause,
  type Patience,
  placeOf,
  quoted,
  secretsOf,
} from "./connection.ts";
import { connect, queryProblem } from "./session.ts";

/** Scratch databases say in their name who made them and when: greenlight_scratch_<host>_<pid>_<time>_<random>. */
const scratchName = /^greenlight_scratch_([0-9a-f]{6})_(\d{1,10})_([0-9a-z]{1,12})_[0-9a-f]{8}$/;
const thisHost = createHash("sha256").update(hostname()).digest("hex").slice(0, 6);

/** A name for a scratch database of this process. */
export function newScratchName(now = Date.now()): string {
  return `greenlight_scratch_${thisHost}_${process.pid}_${now.toString(36)}_${randomBytes(4).toString("hex")}`;
}

/** Connects to the server beside the database itself (to `postgres`, else `template1`), as creating, renaming and dropping need. */
export async function connectBeside(connection: DatabaseConnection, options: Patience = {}): Promise<pg.Client> {
  const others = ["postgres", "template1"].filter((name) => name !== connection.database);
  let last: unknown;
  for (const database of others) {
    try {
      return await connect({ ...connection, database }, options);
    } catch (error) {
      last = error;
      if (!(error instanceof Problem) || !["3D000", "42501", "28000"].includes(errorCode(error.cause) ?? ""))
        throw error;
    }
  }
  throw last;
}

/** Encoding, locale and owner of a database, so that another one can be made like it. */
export async function createLike(
  beside: pg.ClientBase,
  name: string,
  connection: DatabaseConnection,
  fallback?: DatabaseConnection,
): Promise<void> {
  const model = fallback?.database ?? connection.database;
  const found = await beside.query<{ encoding: string; collate: string; ctype: string; owner: string }>(
    `select pg_encoding_to_char(encoding) as encoding, datcollate as collate, datctype as ctype,
       pg_get_userbyid(datdba) as owner from pg_database where datname = $1`,
    [model],
  );
  const [like] = found.rows;
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const how =
    like === undefined
      ? "template template0"
      : `template template0 encoding ${literal(like.encoding)} lc_collate ${literal(like.collate)} lc_ctype ${literal(like.ctype)} owner ${quoted(like.owner)}`;
  await beside.query(`create database ${quoted(name)} ${how}`);
}

/**
 * Runs `work` with a scratch database made like the connection's own, and drops it afterwards, also after a failure or
 * an interruption. A killed run leaves it: see {@link removeScratchDatabases}.
 */
export async function withScratchDatabase<Result>(
  connection: DatabaseConnection,
  options: Patience,
  work: (scratch: DatabaseConnection) => Promise<Result>,
): Promise<Result> {
  const database = newScratchName();
  const beside = await connectBeside(connection, { ...options, timeoutMs: 10_000 });
  try {
    await createLike(beside, database, connection).catch((error: unknown) => {
      throw scratchProblem(connection, error);
    });
    try {
      return await work({ ...connection, database });
    } finally {
      await drop(beside, database, connection);
    }
  } finally {
    await beside.end().catch(() => undefined);
  }
}

function scratchProblem(connection: DatabaseConnection, error: unknown): Problem {
  const cause = maskedCause(error, secretsOf(connection));
  return new Problem({
    happened: "A scratch database could not be made.",
    where: placeOf(connection),
    untouched: "Nothing was changed.",
    next: `The user ${connection.user} needs the right to create databases (ALTER ROLE … CREATEDB) and the server room on its disk.`,
    cause,
  });
}

async function drop(beside: pg.ClientBase, database: string, connection: DatabaseConnection): Promise<void> {
  try {
    await beside.query(`drop database if exists ${quoted(database)} with (force)`);
  } catch {
    // The connection may be what broke: once more on a new one, and then say so.
    const again = await connectBeside(connection, { timeoutMs: 5_000 });
    try {
      await again.query(`drop database if exists ${quoted(database)} with (force)`);
    } catch (error) {
      throw queryProblem({ ...connection, database }, error);
    } finally {
      await again.end().catch(() => undefined);
    }
  }
}

/**
 * Drops scratch databases that nobody needs any more: their process on this machine is gone, or they are older than
 * `olderThanMs` (default one hour) and nobody is connected. Returns the names dropped.
 */
export async function removeScratchDatabases(
  options: Patience & { readonly connection: DatabaseConnection; readonly olderThanMs?: number },
): Promise<string[]> {
  const { connection, olderThanMs = 3_600_000 } = options;
  const beside = await connectBeside(connection, options);
  try {
    const { rows } = await beside.query<{ name: string; used: boolean }>(
      `select d.datname as name, exists (select from pg_stat_activity a where a.datid = d.oid) as used
       from pg_database d where d.datname like 'greenlight\\_scratch\\_%'`,
    );
    const removed: string[] = [];
    for (const { name, used } of rows) {
      const [, host, pid, time] = scratchName.exec(name) ?? [];
      if (host === undefined || pid === undefined || time === undefined) continue;
      const orphaned = host === thisHost && Number(pid) !== process.pid && !processLives(Number(pid));
      const old = Date.now() - Number.parseInt(time, 36) > olderThanMs && !used;
      if (!orphaned && !old) continue;
      await drop(beside, name, connection);
      removed.push(name);
    }
    return removed;
  } finally {
    await beside.end().catch(() => undefined);
  }
}
