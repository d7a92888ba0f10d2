import { appendFileSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { z } from "zod";
import { Problem, sentence } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { claim, databasePidFile as pidFile } from "./databaseClaim.ts";
import { folder } from "./folder.ts";
import { requireFree } from "./ports.ts";
import { startSupervised, stopSupervised, supervisorOf } from "./process/supervised.ts";
import { databaseFolder, unprivileged } from "./unprivileged.ts";

const inputs = z.strictObject({
  dir: z.string(),
  listen: z.string(),
  port: z.number().int(),
  user: z.string(),
  database: z.string(),
  password: z.string().min(8),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** `postgres://` address with the password: secret. */
  readonly url: string;
  readonly serverVersion: string;
  readonly dataDirectory: string;
  readonly running: boolean;
  readonly databaseExists: boolean;
}

/** A PostgreSQL server of this stack's own, kept running, on loopback, with a password. */
export const postgresServer = handler<Inputs, Outputs>({
  inputs,
  secretOutputs: ["url"],
  replaceOn: ["dir", "user"],
  drifted: (state) => !state.running || !state.databaseExists,
  async create(step, it) {
    return { id: `${it.dir}/postgres`, outputs: await bringUp(step, it) };
  },
  async read(_, __, state) {
    if (!existsSync(join(state.dataDirectory, "data", "PG_VERSION"))) return undefined;
    const seen = await look(state).catch(() => undefined);
    return {
      ...state,
      running: seen !== undefined,
      databaseExists: seen?.databaseExists ?? false,
      serverVersion: seen?.version ?? state.serverVersion,
    };
  },
  async update(step, _, state, news) {
    // Found out while the server still serves.
    if (state.port !== news.port) await requireFree(news.listen, news.port, "the database");
    if (state.password !== news.password) await changePassword(state, news.password);
    if (state.port !== news.port || state.listen !== news.listen) await stopSupervised(pidFile(news.dir), 10_000);
    return bringUp(step, news);
  },
  async delete(_, __, state) {
    await stopSupervised(pidFile(state.dir), 10_000);
    rmSync(databaseFolder(state.dir), { recursive: true, force: true });
  },
});

async function bringUp(step: Step, it: Inputs): Promise<Outputs> {
  const home = databaseFolder(it.dir);
  const data = join(home, "data");
  const user = unprivileged();
  const { findTool } = await import("../../tools/toolchain.ts");
  const postgres = await findTool("postgres");
  if (postgres === undefined) {
    throw new Problem({ happened: "PostgreSQL is not installed.", next: "run `greenlight doctor`" });
  }
  // The unprivileged user must get through the parent, and only it into the folder.
  mkdirSync(dirname(home), { recursive: true, mode: 0o755 });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(home, user.uid, user.gid);
  const running = supervisorOf(pidFile(it.dir)) !== undefined;
  if (!running) {
    await stopSupervised(pidFile(it.dir), 0);
    await requireFree(it.listen, it.port, "the database");
  }
  if (!existsSync(join(data, "PG_VERSION"))) await initialise(step, it, home, postgres.bin);
  if (!running) {
    const log = folder(it.dir).logFile("postgres");
    await startSupervised(
      {
        pidFile: pidFile(it.dir),
        logFile: log,
        command: [
          join(postgres.bin, "postgres"),
          ...["-D", data, "-p", String(it.port), "-c", `listen_addresses=${it.listen}`],
        ],
        directory: home,
        env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
        stopSignal: "INT",
        ...(user === undefined ? {} : { user }),
      },
      step.signal,
    );
  }
  const seen = await awaitReady(step, it).catch(async (error: unknown) => {
    // What this update started, and cannot use, it ends; a cancelled one is found by the next.
    if (!running && error instanceof Problem) await stopSupervised(pidFile(it.dir), 10_000);
    throw error;
  });
  if (!seen.databaseExists) {
    await withClient({ ...it, database: "postgres" }, (client) =>
      client.query(`CREATE DATABASE ${client.escapeIdentifier(it.database)}`),
    );
  }
  claim(home);
  return {
    url: `postgres://${it.user}:${encodeURIComponent(it.password)}@${it.listen}:${it.port}/${it.database}`,
    serverVersion: seen.version,
    dataDirectory: home,
    running: true,
    databaseExists: true,
  };
}

/** initdb into a folder beside, then one rename: a killed run leaves nothing that looks like a database. */
async function initialise(step: Step, it: Inputs, home: string, bin: string): Promise<void> {
  const fresh = join(home, "fresh");
  const passwordFile = join(home, "password");
  const user = unprivileged();
  rmSync(fresh, { recursive: true, force: true });
  writeFileSync(passwordFile, it.password, { mode: 0o600 });
  try {
    if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
    const { execa } = await import("execa");
    await execa(
      join(bin, "initdb"),
      [
        ...["-D", fresh, "-U", it.user, "--pwfile", passwordFile],
        ...["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
      ],
      { cwd: home, timeout: 60_000, cancelSignal: step.signal, stdin: "ignore", env: { LC_ALL: "C.UTF-8" }, ...user },
    );
    appendFileSync(
      join(fresh, "postgresql.conf"),
      [
        "unix_socket_directories = ''",
        "shared_buffers = 32MB",
        "max_connections = 60",
        "log_min_messages = warning",
        "",
      ].join("\n"),
    );
    renameSync(fresh, join(home, "data"));
  } catch (error) {
    throw new Problem({
      happened: "The database's folder could not be prepared by initdb.",
      where: home,
      untouched: "No server was started.",
      next: "make room there and run the update again",
      cause: error,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function awaitReady(step: Step, it: Inputs): Promise<{ version: string; databaseExists: boolean }> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await look(it);
    } catch (error) {
      const wrongPassword = (error as { code?: string }).code === "28P01";
      if (Date.now() > deadline || wrongPassword) {
        throw new Problem({
          happened: wrongPassword
            ? "The database's files are from an earlier stack with another password."
            : `The database does not answer within 60 s: ${sentence(error)}.`,
          where: databaseFolder(it.dir),
          next: wrongPassword
            ? "restore that stack's state, or remove the folder if nobody needs the data"
            : `look at ${folder(it.dir).logFile("postgres")}`,
        });
      }
    }
    await pause(50, undefined, { signal: step.signal });
  }
}

async function look(it: Inputs): Promise<{ version: string; databaseExists: boolean }> {
  return withClient({ ...it, database: "postgres" }, async (client) => {
    const { rows } = await client.query<{ version: string; there: boolean }>(
      "SELECT current_setting('server_version') AS version, EXISTS (SELECT 1 FROM pg_database WHERE datname = $1) AS there",
      [it.database],
    );
    return { version: rows[0]?.version ?? "", databaseExists: rows[0]?.there ?? false };
  });
}

async function changePassword(state: Inputs, password: string): Promise<void> {
  try {
    await withClient({ ...state, database: "postgres" }, (client) =>
      client.query(`ALTER ROLE ${client.escapeIdentifier(state.user)} PASSWORD ${client.escapeLiteral(password)}`),
    );
  } catch (error) {
    // An update killed after the change and before it was recorded: then the new password is in force already.
    if ((error as { code?: string }).code !== "28P01") throw error;
    await look({ ...state, password });
  }
}

async function withClient<T>(it: Inputs, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { default: postgres } = await import("pg");
  const client = new postgres.Client({
    host: it.listen,
    port: it.port,
    user: it.user,
    password: it.password,
    database: it.database,
    connectionTimeoutMillis: 3000,
    query_timeout: 10_000,
    application_name: "greenlight",
  });
  client.on("error", () => undefined); // the query in hand reports it
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
