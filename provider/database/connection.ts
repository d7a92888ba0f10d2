import pg from "pg";
import { z } from "zod";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";

/** Where PostgreSQL's own programs are: the folder with pg_dump, pg_restore and psql. */
export interface PostgresTools {
  readonly bin: string;
}

/** One database on one server. The password reaches other programs by their environment only. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string;
  /** The schema in which the migration table lives; defaults to `public`. */
  readonly schema?: string;
  /** TLS to the server; defaults to `disable`. `require` does not check the certificate, `verify-full` does. */
  readonly sslMode?: "disable" | "require" | "verify-full";
}

/** What everything that waits takes. */
export interface Patience {
  readonly signal?: AbortSignal;
  /** Milliseconds after which it gives up; each function states its default. */
  readonly timeoutMs?: number;
}

const connectionShape = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  user: z.string().min(1).max(63),
  database: z
    .string()
    .min(1)
    .max(63)
    // An address cannot carry these two: they mean folders.
    .refine((name) => name !== "." && name !== "..", "a name of dots alone"),
  password: z.string().max(1_000),
  schema: z.string().min(1).max(63).optional(),
  sslMode: z.enum(["disable", "require", "verify-full"]).optional(),
});

/** Parameters of other tools' addresses (Prisma's among them) which change nothing for us. */
const harmlessParameters = new Set([
  "application_name",
  "connect_timeout",
  "connection_limit",
  "pgbouncer",
  "pool_timeout",
  "socket_timeout",
  "statement_cache_size",
]);

function badAddress(what: string): Problem {
  return new Problem({
    happened: `The database address is not usable: ${what}.`,
    where: "DATABASE_URL or the database setting (its value is not shown: it holds the password)",
    untouched: "Nothing was started.",
    next: "Give postgres://user:password@host:port/database with special characters percent-encoded.",
    exitCode: exitCodes.usage,
  });
}

/** Reads `postgres://user:password@host:port/database`; a {@link Problem} never shows the password. */
export function parseDatabaseUrl(text: string): DatabaseConnection {
  if (text.length > 4_000) throw badAddress("it is longer than 4,000 characters");
  if (!/^postgres(ql)?:\/\//.test(text)) throw badAddress("it does not begin with postgres:// or postgresql://");
  let url: URL;
  let parts: unknown;
  try {
    url = new URL(text);
    parts = {
      host: decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, "$1")),
      port: url.port === "" ? 5432 : Number(url.port),
      user: decodeURIComponent(url.username),
      database: decodeURIComponent(url.pathname.slice(1)),
      password: decodeURIComponent(url.password),
      ...parameters(url.searchParams),
    };
  } catch (error) {
    // The cause of a failed URL carries the whole text, password included: it is left out.
    throw error instanceof Problem ? error : badAddress("it cannot be read as an address");
  }
  return checkConnection(parts);
}

function parameters(search: URLSearchParams): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of search) {
    if (key === "schema") found.schema = value;
    else if (key === "sslmode") found.sslMode = value;
    else if (!harmlessParameters.has(key)) throw badAddress(`parameter ${JSON.stringify(key)} is not known`);
  }
  return found;
}

/** Checks a connection given as separate fields. */
export function checkConnection(parts: unknown): DatabaseConnection {
  const checked = connectionShape.safeParse(parts);
  if (checked.success) return checked.data as DatabaseConnection;
  const [issue] = checked.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw badAddress(`${field === "" ? "it" : field} is wrong (${issue?.message ?? "unknown"})`);
}

/** The address other tools take as DATABASE_URL. For environments of children only, never for argv or logs. */
export function databaseUrl(connection: DatabaseConnection): string {
  const host = connection.host.includes(":") ? `[${connection.host}]` : encodeURIComponent(connection.host);
  const search = new URLSearchParams();
  if (connection.schema !== undefined) search.set("schema", connection.schema);
  if (connection.sslMode !== undefined) search.set("sslmode", connection.sslMode);
  const query = search.size === 0 ? "" : `?${search}`;
  const password = connection.password === "" ? "" : `:${encodeURIComponent(connection.password)}`;
  const user = encodeURIComponent(connection.user);
  return `postgresql://${user}${password}@${host}:${connection.port}/${encodeURIComponent(connection.database)}${query}`;
}

/** Where a connection leads, without the password: for messages. */
export function placeOf(connection: DatabaseConnection): string {
  return mask(`database ${connection.database} on ${connection.host}:${connection.port}`, secretsOf(connection));
}

/** Every form in which a connection's password could show in a text. */
export function secretsOf(connection: DatabaseConnection): string[] {
  const { password } = connection;
  if (password === "") return [];
  const inSql = password.replaceAll("'", "''");
  return [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1), inSql];
}

/** The text with each secret replaced by `***`, longest first. */
export function mask(text: string, secrets: readonly string[]): string {
  return [...new Set(secrets)]
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length)
    .reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

/** A cause that is safe to keep: its own text with the secrets masked, its code kept. */
export function maskedCause(error: unknown, secrets: readonly string[]): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const safe = new Error(mask(original.message, secrets));
  safe.name = original.name;
  if (original.stack !== undefined) safe.stack = mask(original.stack, secrets);
  const code = errorCode(error);
  return code === undefined ? safe : Object.assign(safe, { code });
}

/** The SQLSTATE or system code of an error. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A name quoted for SQL. */
export const quoted = (name: string): string => pg.escapeIdentifier(name);

/** SQL that gives a timestamp as ISO 8601 text, whatever date style the database is set to (the driver reads only one). */
export function isoText(timestamp: string): string {
  return `to_char(${timestamp} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
