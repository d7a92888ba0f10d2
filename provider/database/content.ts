import type pg from "pg";

/** One table's rows: how many, and a checksum over their content that does not depend on their order. */
export interface TableContent {
  /** Schema and name, each quoted where SQL needs it: `public.users`. */
  readonly name: string;
  readonly rows: number;
  readonly checksum?: string;
}

/** Of `n` (pg_namespace) and `c` (pg_class): every table of users, and none of an extension. */
export const userTables = `
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

/** The settings on which the text of a row depends, so that checksums of different sessions and databases compare. */
const plainText = `
  select set_config('search_path', '', true), set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
    set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true),
    set_config('lc_monetary', 'C', true), set_config('row_security', 'off', true), set_config('statement_timeout', '0', true),
    set_config('idle_in_transaction_session_timeout', '0', true)`;

/**
 * Counts every user table, exactly, with checksums if asked. Must be called inside a transaction: what it reads is that
 * transaction's snapshot, and the settings it makes end with it.
 */
export async function readContent(
  client: pg.ClientBase,
  options: { readonly checksums: boolean; readonly signal?: AbortSignal },
): Promise<TableContent[]> {
  await client.query(plainText);
  const tables = await client.query<{ name: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name ${userTables} order by 1`);
  const content: TableContent[] = [];
  for (const { name } of tables.rows) {
    options.signal?.throwIfAborted();
    // A sum, not an exclusive or: two equal rows must not cancel each other out.
    const checksum = options.checksums
      ? `coalesce(sum(('x' || substr(md5(greenlight_row::text), 1, 16))::bit(64)::bigint::numeric), 0)::text`
      : `null`;
    const { rows } = await client.query<{ rows: string; checksum: string | null }>(
      `select count(*)::text as rows, ${checksum} as checksum from only ${name} as greenlight_row`,
    );
    const [seen] = rows;
    if (seen === undefined) throw new Error(`${name} could not be counted`);
    content.push({ name, rows: Number(seen.rows), ...(seen.checksum === null ? {} : { checksum: seen.checksum }) });
  }
  return content;
}

/** Reads the content in a read-only transaction of its own. */
export async function readContentNow(
  client: pg.ClientBase,
  options: { readonly checksums: boolean; readonly signal?: AbortSignal },
): Promise<TableContent[]> {
  await client.query("begin isolation level repeatable read read only");
  try {
    return await readContent(client, options);
  } finally {
    await client.query("rollback");
  }
}

/** A table whose content is not as recorded. */
export interface ContentDifference {
  readonly name: string;
  /** Absent: the table was not there. */
  readonly expected?: TableContent;
  readonly seen?: TableContent;
}

/** Every table that differs in presence, rows or (where both have one) checksum. */
export function compareContent(expected: readonly TableContent[], seen: readonly TableContent[]): ContentDifference[] {
  const then = new Map(expected.map((table) => [table.name, table]));
  const now = new Map(seen.map((table) => [table.name, table]));
  const names = [...new Set([...then.keys(), ...now.keys()])].sort();
  return names.flatMap((name) => {
    const a = then.get(name);
    const b = now.get(name);
    const same =
      a !== undefined &&
      b !== undefined &&
      a.rows === b.rows &&
      (a.checksum === undefined || b.checksum === undefined || a.checksum === b.checksum);
    if (same) return [];
    return [{ name, ...(a === undefined ? {} : { expected: a }), ...(b === undefined ? {} : { seen: b }) }];
  });
}

/** A difference in words: `public.users: 12 rows instead of 10`. */
export function describeContent({ name, expected, seen }: ContentDifference): string {
  if (expected === undefined) return `${name}: not there at the time of the snapshot`;
  if (seen === undefined) return `${name}: missing (${expected.rows} rows in the snapshot)`;
  if (expected.rows !== seen.rows) return `${name}: ${seen.rows} rows instead of ${expected.rows}`;
  return `${name}: ${seen.rows} rows as before, but their content differs`;
}
