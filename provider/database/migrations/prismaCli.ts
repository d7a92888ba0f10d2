import { execa } from "execa";
import { type DatabaseConnection, databaseUrl, mask, type Patience, secretsOf } from "../connection.ts";
import type { SessionSettings } from "../session.ts";

/**
 * Runs `prisma migrate deploy`. How it ends proves nothing (its engine may be missing, and it then ends with 0 all the
 * same): the caller reads the migration table. Returns the end of its output, masked.
 */
export async function runPrismaCli(
  file: string,
  options: Patience &
    SessionSettings & {
      readonly connection: DatabaseConnection;
      readonly projectDirectory: string;
      readonly schemaFile?: string;
    },
): Promise<{ readonly exitCode: number | undefined; readonly output: string }> {
  const { connection, projectDirectory, schemaFile, signal, timeoutMs = 600_000 } = options;
  const args = ["migrate", "deploy", ...(schemaFile === undefined ? [] : ["--schema", schemaFile])];
  const ended = await execa(file, args, {
    cwd: projectDirectory,
    env: {
      DATABASE_URL: withSettings(databaseUrl(connection), options),
      NO_COLOR: "1",
      CI: "1",
      CHECKPOINT_DISABLE: "1",
    },
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: timeoutMs,
    forceKillAfterDelay: 2_000,
    maxBuffer: 4_000_000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const output = mask(`${ended.all ?? ""}`.trim().slice(-8_000), secretsOf(connection));
  return { exitCode: ended.exitCode, output };
}

/** The address with the session settings as Prisma's engine reads them. */
function withSettings(address: string, { lockTimeoutMs = 0, statementTimeoutMs = 0 }: SessionSettings): string {
  const settings = encodeURIComponent(`-c lock_timeout=${lockTimeoutMs} -c statement_timeout=${statementTimeoutMs}`);
  return `${address}${address.includes("?") ? "&" : "?"}options=${settings}`;
}
