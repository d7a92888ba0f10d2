import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Problem } from "../../../release/problem.ts";
import { unprivileged } from "../../local/unprivileged.ts";
import type { DatabaseConnection, Patience, PostgresTools } from "../connection.ts";
import { connect, interrupted } from "../session.ts";

/** Short, since a socket's path may have no more than about 100 letters, and reachable for an unprivileged user. */
const place = "/tmp/greenlight-drill-";

const settings = [
  "listen_addresses=",
  "fsync=off",
  "full_page_writes=off",
  "synchronous_commit=off",
  "shared_buffers=32MB",
  "max_connections=20",
  "wal_level=minimal",
  "max_wal_senders=0",
  "autovacuum=off",
];

/**
 * Runs `work` with a PostgreSQL of its own, which only this machine's socket in a private folder leads to, and ends it afterwards,
 * also after a failure or an interruption. Nothing of it is left.
 */
export async function withPrivateServer<Result>(
  tools: PostgresTools,
  options: Patience,
  work: (connection: DatabaseConnection) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(place);
  const log: string[] = [];
  const password = randomBytes(24).toString("base64url");
  const connection = { host: folder, port: 5432, user: "greenlight", database: "postgres", password };
  let server: ChildProcess | undefined;
  try {
    try {
      await initialise(tools, folder, password, options);
      server = start(tools, folder, log);
      await socketOf(server, folder, options);
      await (await connect(connection, { ...options, timeoutMs: 30_000 })).end();
    } catch (error) {
      if (options.signal?.aborted) throw interrupted("starting a private database", connection);
      throw new Problem({
        happened: "A private database for the drill could not be started.",
        where: folder,
        untouched: "Nothing was played, and no database of yours was touched.",
        next: "run `greenlight doctor`",
        cause: log.length === 0 ? error : new Error(log.join("").slice(-1_000), { cause: error }),
      });
    }
    return await work(connection);
  } finally {
    if (server !== undefined) await end(server);
    await rm(folder, { recursive: true, force: true });
  }
}

function start(tools: PostgresTools, folder: string, log: string[]): ChildProcess {
  const given = [...settings, `unix_socket_directories=${folder}`].flatMap((one) => ["-c", one]);
  const server = spawn(join(tools.bin, "postgres"), ["-D", join(folder, "data"), ...given], {
    ...unprivileged(),
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  // A program that cannot be started is told by what waits for it.
  server.on("error", (error) => log.push(error.message));
  server.stderr.on("data", (chunk: Buffer) => {
    if (log.length < 200) log.push(chunk.toString());
  });
  return server;
}

/** Waits until the server has made its socket. @throws Error when it ends before, or after 30 s */
async function socketOf(server: ChildProcess, folder: string, { signal }: Patience): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!existsSync(join(folder, ".s.PGSQL.5432"))) {
    signal?.throwIfAborted();
    if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) {
      throw new Error("the server ended while it started");
    }
    if (Date.now() > deadline) throw new Error("the server did not start within 30 s");
    await pause(20, undefined, signal === undefined ? {} : { signal });
  }
}

async function initialise(tools: PostgresTools, folder: string, password: string, { signal }: Patience): Promise<void> {
  const user = unprivileged();
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) for (const path of [folder, data, passwordFile]) await chown(path, user.uid, user.gid);
  const args = ["-D", data, "-U", "greenlight", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--no-sync"];
  await execa(join(tools.bin, "initdb"), [...args, "--encoding=UTF8", "--locale=C.UTF-8"], {
    ...user,
    cwd: folder,
    stdin: "ignore",
    timeout: 60_000,
    env: { LC_ALL: "C.UTF-8" },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  await rm(passwordFile);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  // Its data is thrown away: nothing is worth waiting for.
  server.kill("SIGQUIT");
  const patience = setTimeout(() => server.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(patience);
}
