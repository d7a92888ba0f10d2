import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { Problem } from "../../../release/problem.ts";
import { unprivileged } from "../../local/unprivileged.ts";
import type { DatabaseConnection, Patience, PostgresTools } from "../connection.ts";
import { connect } from "../session.ts";

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
  const user = unprivileged();
  const folder = await mkdtemp(place);
  let server: ChildProcess | undefined;
  const log: string[] = [];
  try {
    const password = randomBytes(24).toString("base64url");
    await initialise(tools, folder, password, user, options);
    const sockets = ["-c", `unix_socket_directories=${folder}`];
    const given = settings.flatMap((one) => ["-c", one]);
    const started = spawn(join(tools.bin, "postgres"), ["-D", join(folder, "data"), ...sockets, ...given], {
      ...user,
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    server = started;
    // A program that cannot be started is told by the connection that fails.
    started.on("error", (error) => log.push(error.message));
    started.stderr.on("data", (chunk: Buffer) => {
      if (log.length < 200) log.push(chunk.toString());
    });
    const connection = { host: folder, port: 5432, user: "greenlight", database: "postgres", password };
    await (await connect(connection, { ...options, timeoutMs: 30_000 })).end();
    return await work(connection);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({
      happened: "A private database for the drill could not be started.",
      where: folder,
      untouched: "Nothing was played, and no database of yours was touched.",
      next: "run `greenlight doctor`",
      cause: log.length === 0 ? error : new Error(log.join("").slice(-1_000), { cause: error }),
    });
  } finally {
    if (server !== undefined) await end(server);
    await rm(folder, { recursive: true, force: true });
  }
}

async function initialise(
  tools: PostgresTools,
  folder: string,
  password: string,
  user: ReturnType<typeof unprivileged>,
  { signal }: Patience,
): Promise<void> {
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
