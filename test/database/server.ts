import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pg from "pg";
import { type DatabaseConnection, type PostgresTools, quoted } from "../../provider/database/connection.ts";
import { connect } from "../../provider/database/session.ts";
import { freePort } from "../../tools/freePort.ts";
import { findTool } from "../../tools/toolchain.ts";

/** A password that has to be escaped everywhere it is written. */
export const password = "s3cr3t pä's\"s%w:rd@/#";

/** A real PostgreSQL for one test file. */
export interface TestServer {
  readonly tools: PostgresTools;
  readonly major: number;
  /** A folder that the server's user and ours can reach. */
  readonly folder: string;
  readonly connection: DatabaseConnection;
  /** Of its first process. */
  readonly pid: number;
  /** Where its files are. */
  readonly data: string;
  /** A new empty database. */
  database(): Promise<DatabaseConnection>;
  /** Runs statements and returns the rows of the last. */
  sql(connection: DatabaseConnection, ...statements: string[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: it runs as nobody then. */
const root = process.getuid?.() === 0;
const nobody = root ? { uid: 65_534, gid: 65_534 } : {};

export async function startServer(): Promise<TestServer> {
  const bin = await findBin();
  // Not under a user's own temporary folder: nobody must be able to reach it.
  const folder = await mkdtemp("/tmp/greenlight-database-");
  await chmod(folder, 0o755);
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  await mkdir(data);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (root) for (const path of [data, passwordFile]) await chown(path, 65_534, 65_534);
  const init = [
    "-D",
    data,
    "-U",
    "greenlight",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "-E",
    "UTF8",
    "--no-sync",
  ];
  await execa(join(bin, "initdb"), [...init, "--locale=C.UTF-8"], { ...nobody, cwd: folder, env: { LC_ALL: "C" } });
  const port = await freePort();
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=60",
    "shared_buffers=32MB",
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
  ];
  const log: string[] = [];
  const child = spawn(
    join(bin, "postgres"),
    ["-D", data, "-p", String(port), ...settings.flatMap((one) => ["-c", one])],
    {
      ...nobody,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  child.stderr.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  const connection = { host: "127.0.0.1", port, user: "greenlight", database: "postgres", password };
  const client = await connect(connection, { timeoutMs: 20_000 }).catch((error: unknown) => {
    throw new Error(`the test server did not start: ${log.join("").slice(-2_000)}`, { cause: error });
  });
  await client.end();
  const major = Number.parseInt(await readFile(join(data, "PG_VERSION"), "utf8"), 10);
  return {
    tools: { bin },
    major,
    folder,
    connection,
    pid: child.pid ?? 0,
    data,
    database: () => newDatabase(connection),
    sql: runSql,
    stop: () => stop(child, folder),
  };
}

async function newDatabase(connection: DatabaseConnection): Promise<DatabaseConnection> {
  const database = `shop ${randomBytes(4).toString("hex")}`;
  await runSql(connection, `create database ${quoted(database)}`);
  return { ...connection, database };
}

async function runSql(connection: DatabaseConnection, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...connection, password: () => connection.password });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGINT");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}

async function findBin(): Promise<string> {
  const found = await findTool("postgres");
  if (found === undefined) throw new Error("no PostgreSQL server found: run `greenlight doctor`");
  return found.bin;
}

/** What a promise is refused with; fails if it is not. */
export async function refusal(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error(
    outcome === undefined ? "it was expected to be refused, but was not" : `refused with ${String(outcome)}`,
  );
}

/** Everything an error says, its causes and stacks included. */
export function everyWord(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [
    error.message,
    error.stack,
    JSON.stringify(error),
    error.cause === undefined ? "" : everyWord(error.cause),
  ].join("\n");
}
