import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { z } from "zod";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { processLives } from "../processLives.ts";
import {
  type DatabaseConnection,
  isoText,
  mask,
  maskedCause,
  type Patience,
  type PostgresTools,
  placeOf,
  secretsOf,
} from "./connection.ts";
import { readContent, type TableContent } from "./content.ts";
import { programVersion, runProgram } from "./program.ts";
import type { DrillResult } from "./restore.ts";
import { schemaPicture } from "./schema.ts";
import { interrupted, withClient } from "./session.ts";

/** A backup of one database at one moment, and what was in it then. */
export interface Snapshot {
  /** The dump in pg_dump's custom format, readable by its owner only. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The moment whose content it holds, ISO 8601, by the database's clock. */
  readonly takenAt: string;
  readonly database: string;
  readonly serverVersion: string;
  readonly toolVersion: string;
  /** Fingerprint of the schema at that moment, see `schemaPicture`. */
  readonly schema: string;
  /** Every user table with its exact rows at that moment; empty for an empty database. */
  readonly tables: readonly TableContent[];
  /** What restoring it into a scratch database showed, when asked. */
  readonly restored?: DrillResult;
}

/** A snapshot's description as it is read back from its file; what a drill showed is not part of it. */
export const snapshotShape: z.ZodType<Omit<Snapshot, "restored">> = z.object({
  file: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  takenAt: z.string(),
  database: z.string(),
  serverVersion: z.string(),
  toolVersion: z.string(),
  schema: z.string(),
  tables: z.array(z.object({ name: z.string(), rows: z.number(), checksum: z.string().exactOptional() })),
});

export interface SnapshotOptions extends Patience {
  readonly connection: DatabaseConnection;
  readonly tools: PostgresTools;
  /** Where the dump goes. */
  readonly file: string;
  /** A checksum over each table's content beside the row count; defaults to true. Reads every row once. */
  readonly checksums?: boolean;
  /** What to do when the file is there already; defaults to `refuse`. `replace` keeps the old one until the new one is whole. */
  readonly ifExists?: "refuse" | "replace";
  readonly onProgress?: (sentence: string) => void;
}

/**
 * Takes a snapshot: the dump and the row counts see the very same moment of the database, however much is written
 * meanwhile. Leaves either the whole file (mode 0600) or nothing. Default timeout 30 min.
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const { connection } = options;
  const file = resolve(options.file);
  await prepareFolder(file, options.ifExists ?? "refuse");
  const tool = await programVersion("pg_dump", options);
  const partial = `${file}.${process.pid}.partial`;
  const patience = { ...options, timeoutMs: options.timeoutMs ?? 1_800_000 };
  return withClient(connection, patience, async (client) => {
    const server = await serverVersion(client);
    if (server.major > tool.major) throw tooOld(server.text, tool.text, options);
    try {
      // Created by us so that it is never readable by others, not even while it grows.
      await (await create(partial)).close();
      options.onProgress?.(`dumping ${connection.database}`);
      const held = await dumpAndCount(client, partial, patience);
      await checkListing(partial, held.tables, patience);
      const { size } = await stat(partial);
      const sha256 = await sha256Of(partial, options.signal);
      await rename(partial, file);
      const common = { file, bytes: size, sha256, database: connection.database };
      return { ...common, serverVersion: server.text, toolVersion: tool.text, ...held };
    } catch (error) {
      await rm(partial, { force: true });
      throw error instanceof Problem ? error : await failed(error, file, options);
    }
  });
}

async function prepareFolder(file: string, ifExists: "refuse" | "replace"): Promise<void> {
  const folder = dirname(file);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeAbandoned(folder, basename(file));
    const probe = join(folder, `.greenlight-${process.pid}.probe`);
    await (await create(probe)).close();
    await rm(probe);
  } catch (error) {
    throw new Problem({
      happened: "The snapshot cannot be written.",
      where: folder,
      untouched: "Nothing was written and nothing was changed.",
      next: "Choose a folder that this user may write to, or mend its permissions.",
      cause: error,
    });
  }
  if (ifExists === "refuse" && (await stat(file).catch(() => undefined)) !== undefined) {
    throw new Problem({
      happened: "There is a snapshot of that name already; snapshots are never overwritten.",
      where: file,
      untouched: "It was left as it is.",
      next: "Give the new snapshot another name, or move the old one away.",
      exitCode: exitCodes.refused,
    });
  }
}

function create(file: string): Promise<FileHandle> {
  return open(file, "wx", 0o600);
}

/** Removes what a killed run left of this very snapshot. */
async function removeAbandoned(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${name}.`) || !entry.endsWith(".partial")) continue;
    const pid = Number(entry.slice(name.length + 1, -".partial".length));
    if (Number.isInteger(pid) && (pid === process.pid || !processLives(pid)))
      await rm(join(folder, entry), { force: true });
  }
}

async function serverVersion(client: pg.ClientBase): Promise<{ text: string; major: number }> {
  const { rows } = await client.query<{ text: string; number: string }>(
    "select current_setting('server_version') as text, current_setting('server_version_num') as number",
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the server does not say its version");
  return { text: row.text, major: Math.floor(Number(row.number) / 10_000) };
}

function tooOld(server: string, tool: string, options: SnapshotOptions): Problem {
  const major = server.split(".")[0];
  return new Problem({
    happened: `The database is PostgreSQL ${server}, newer than pg_dump ${tool}, which refuses to dump it.`,
    where: `${placeOf(options.connection)}; ${join(options.tools.bin, "pg_dump")}`,
    untouched: "No snapshot was taken and nothing was changed.",
    next: `Install the client tools of PostgreSQL ${major} (Debian and Ubuntu: postgresql-client-${major}) and run again.`,
    exitCode: exitCodes.missingTool,
  });
}

/** Holds one snapshot of the database open while pg_dump and the counting both read it. */
async function dumpAndCount(
  client: pg.ClientBase,
  partial: string,
  options: SnapshotOptions,
): Promise<{ takenAt: string; schema: string; tables: TableContent[] }> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  await client.query("begin isolation level repeatable read read only");
  await client.query("set local idle_in_transaction_session_timeout = 0");
  const exported = await client.query<{ id: string; at: string }>(
    `select pg_export_snapshot() as id, ${isoText("now()")} as at`,
  );
  const [moment] = exported.rows;
  if (moment === undefined) throw new Error("the server exported no snapshot");
  const args = [
    "--format=custom",
    "--no-password",
    "--lock-wait-timeout=60000",
    `--snapshot=${moment.id}`,
    "--file",
    partial,
  ];
  const dumping = runProgram("pg_dump", args, { ...options, signal }).then((run) => {
    if (!run.ok) throw new Error(run.complaint);
  });
  const counting = (async () => {
    const { fingerprint } = await schemaPicture(client);
    return { schema: fingerprint, tables: await readContent(client, { checksums: options.checksums ?? true, signal }) };
  })();
  try {
    const [, counted] = await Promise.all([dumping, counting]);
    await client.query("commit");
    return { takenAt: moment.at, ...counted };
  } finally {
    stop.abort();
    // Both must have ended before the caller removes the file or the connection.
    await Promise.allSettled([dumping, counting]);
  }
}

/** Every counted table must be in the dump's own table of contents. */
async function checkListing(partial: string, tables: readonly TableContent[], options: SnapshotOptions): Promise<void> {
  const listed = await runProgram("pg_restore", ["--list", partial], options);
  if (!listed.ok) throw new Error(`pg_restore cannot list the dump: ${listed.complaint}`);
  const entries = listed.stdout.split("\n").filter((line) => / TABLE DATA /.test(line));
  if (entries.length < tables.length) {
    throw new Error(`the dump lists data of ${entries.length} tables, the database has ${tables.length}`);
  }
}

async function failed(error: unknown, file: string, options: SnapshotOptions): Promise<Problem> {
  if (options.signal?.aborted)
    return interrupted("taking the snapshot", options.connection, "No file was left behind.");
  const secrets = secretsOf(options.connection);
  const cause = maskedCause(error, secrets);
  const words = mask(cause.message, secrets);
  const space = await statfs(dirname(file)).catch(() => undefined);
  const free = space === undefined ? undefined : Math.floor((space.bavail * space.bsize) / 1_000_000);
  const full = /no space left|disk quota|file too large|could not write/i.test(words);
  return new Problem({
    happened: full ? "The snapshot did not fit on the disk." : "The snapshot failed.",
    where: `${placeOf(options.connection)}; ${file}${free === undefined ? "" : ` (${free} MB free)`}`,
    untouched: "No file was left behind and nothing was changed in the database.",
    next: full
      ? "Free space there or choose another folder, then run again."
      : "Mend what the message says and run again.",
    cause,
  });
}

/** sha256 of a file, read in pieces. */
export async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash, { ...(signal === undefined ? {} : { signal }) });
  return hash.digest("hex");
}

/** Fails unless the file is there and is the one that was recorded. */
export async function verifySnapshot(file: string, sha256: string, signal?: AbortSignal): Promise<void> {
  let seen: string;
  try {
    seen = await sha256Of(file, signal);
  } catch (error) {
    throw new Problem({
      happened: "The snapshot cannot be read.",
      where: file,
      untouched: "Nothing was changed.",
      next: "Look for the file where it was moved to, or take another snapshot.",
      cause: error,
    });
  }
  if (seen === sha256) return;
  throw new Problem({
    happened: `The snapshot is not the one that was taken: its sha256 is ${seen.slice(0, 12)}…, recorded was ${sha256.slice(0, 12)}….`,
    where: file,
    untouched: "Nothing was changed.",
    next: "Do not restore from it. Use another copy, or take a new snapshot.",
    exitCode: exitCodes.refused,
  });
}
