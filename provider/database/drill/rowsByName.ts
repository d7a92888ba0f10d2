import type pg from "pg";
import { type TableContent, userTables } from "../content.ts";
import { historyTables } from "../schema.ts";

/** On these the text of a value depends. */
const plainText = `select set_config('search_path', '', true), set_config('timezone', 'UTC', true),
  set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true), set_config('row_security', 'off', true)`;

/**
 * Counts the rows of every user table and sums up their contents by the columns' names: another order of columns is the same
 * content. The tables in which migration tools keep their history are left out.
 */
export async function rowsByName(client: pg.ClientBase, signal?: AbortSignal): Promise<TableContent[]> {
  await client.query("begin isolation level repeatable read read only");
  try {
    await client.query(plainText);
    const { rows: tables } = await client.query<{ name: string; shown: string }>(`
      select format('%I.%I', n.nspname, c.relname) as name, c.relname as shown ${userTables} order by 1`);
    const content: TableContent[] = [];
    for (const { name, shown } of tables) {
      if ((historyTables as readonly string[]).includes(shown)) continue;
      signal?.throwIfAborted();
      // A sum, so that neither the order of rows counts nor two equal rows cancel each other out.
      const { rows } = await client.query<{ rows: string; checksum: string }>(
        `select count(*)::text as rows,
           coalesce(sum(('x' || substr(md5(to_jsonb(greenlight_row)::text), 1, 16))::bit(64)::bigint::numeric), 0)::text as checksum
         from only ${name} as greenlight_row`,
      );
      const [seen] = rows;
      if (seen === undefined) throw new Error(`${name} could not be counted`);
      content.push({ name, rows: Number(seen.rows), checksum: seen.checksum });
    }
    return content;
  } finally {
    await client.query("rollback").catch(() => undefined);
  }
}
