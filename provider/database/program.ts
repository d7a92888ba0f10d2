import { join } from "node:path";
import { ExecaError, execa } from "execa";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import {
  type DatabaseConnection,
  mask,
  maskedCause,
  type Patience,
  type PostgresTools,
  placeOf,
  secretsOf,
} from "./connection.ts";
import { interrupted } from "./session.ts";

/** How a PostgreSQL program ended. */
export interface ProgramRun {
  readonly ok: boolean;
  readonly stdout: string;
  /** The last lines the program wrote to standard error, masked. */
  readonly complaint: string;
}

/** The environment of a PostgreSQL program: ours without any PG* variable, plus the connection. */
export function programEnvironment(connection: DatabaseConnection): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^PG[A-Z]/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: "C",
    PGHOST: connection.host,
    PGPORT: String(connection.port),
    PGUSER: connection.user,
    PGDATABASE: connection.database,
    PGPASSWORD: connection.password,
    PGSSLMODE: connection.sslMode ?? "disable",
    PGCONNECT_TIMEOUT: "10",
    PGAPPNAME: "greenlight",
  };
}

/**
 * Runs pg_dump, pg_restore or another of PostgreSQL's programs to its end. Abort and timeout (default 10 min) end it
 * with SIGTERM, two seconds later with SIGKILL.
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  options: Patience & { readonly tools: PostgresTools; readonly connection: DatabaseConnection },
): Promise<ProgramRun> {
  const { tools, connection, signal, timeoutMs = 600_000 } = options;
  const secrets = secretsOf(connection);
  if (signal?.aborted) throw interrupted(`running ${name}`, connection);
  try {
    const ended = await execa(join(tools.bin, name), args, {
      env: programEnvironment(connection),
      extendEnv: false,
      stdin: "ignore",
      timeout: timeoutMs,
      forceKillAfterDelay: 2_000,
      maxBuffer: 20_000_000,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    return { ok: true, stdout: ended.stdout, complaint: mask(lastLines(ended.stderr), secrets) };
  } catch (error) {
    if (!(error instanceof ExecaError)) throw maskedCause(error, secrets);
    if (error.isCanceled) throw interrupted(`running ${name}`, connection);
    if (error.code === "ENOENT" || error.code === "EACCES") throw missingProgram(name, tools);
    if (error.timedOut) {
      throw new Problem({
        happened: `${name} did not end within ${Math.round(timeoutMs / 1000)} s and was stopped.`,
        where: placeOf(connection),
        next: "Look for locks held by others (`greenlight watch` lists them) or give it more time.",
      });
    }
    const words = typeof error.stderr === "string" ? lastLines(error.stderr) : "";
    return { ok: false, stdout: "", complaint: mask(words === "" ? error.shortMessage : words, secrets) };
  }
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-8).join("\n").slice(-2_000);
}

function missingProgram(name: string, tools: PostgresTools): Problem {
  return new Problem({
    happened: `${name} is not in ${tools.bin} or cannot be run.`,
    untouched: "Nothing was changed.",
    next: "Run `greenlight doctor`: it says which PostgreSQL tools are found and how to get them.",
    exitCode: exitCodes.missingTool,
  });
}

/** A version such as `pg_dump (PostgreSQL) 15.18 (Debian …)`, as text and major number. */
export interface ToolVersion {
  readonly text: string;
  readonly major: number;
}

/** The version of one of PostgreSQL's programs. */
export async function programVersion(
  name: string,
  options: Patience & { readonly tools: PostgresTools; readonly connection: DatabaseConnection },
): Promise<ToolVersion> {
  const { ok, stdout, complaint } = await runProgram(name, ["--version"], { ...options, timeoutMs: 20_000 });
  const found = /(\d+)(?:\.\d+|devel|beta\d+|rc\d+)*/.exec(stdout);
  if (!ok || found?.[1] === undefined) {
    throw new Problem({
      happened: `${name} does not say its version: ${ok ? JSON.stringify(stdout.slice(0, 200)) : complaint}.`,
      where: join(options.tools.bin, name),
      next: "Run `greenlight doctor`.",
      exitCode: exitCodes.missingTool,
    });
  }
  return { text: found[0], major: Number(found[1]) };
}
