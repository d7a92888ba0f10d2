import type pg from "pg";
import { quoted } from "./connection.ts";

/** Settings whose stored value is a list of names. */
const lists = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

/** The names of a stored list. It is stored as it was written, by any role for itself: nothing of it is taken for SQL. */
function namesOf(list: string): string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|([^",\s][^",]*)/g)].map(
    ([, inQuotes, bare]) => inQuotes?.replaceAll('""', '"') ?? (bare ?? "").trimEnd(),
  );
}

/**
 * Gives a database what a dump does not carry, from another one: its privileges, its settings (also those of a role in
 * it), its connection limit and comment.
 */
export async function copyDatabaseSettings(client: pg.ClientBase, from: string, to: string): Promise<void> {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const target = quoted(to);
  const commands: string[] = [];
  const own = await client.query<{ limit: number; comment: string | null; default_acl: boolean }>(
    `select datconnlimit as limit, shobj_description(oid, 'pg_database') as comment, datacl is null as default_acl
     from pg_database where datname = $1`,
    [from],
  );
  const [facts] = own.rows;
  if (facts === undefined) return;
  if (facts.limit >= 0) commands.push(`alter database ${target} connection limit ${facts.limit}`);
  if (facts.comment !== null) commands.push(`comment on database ${target} is ${literal(facts.comment)}`);
  if (!facts.default_acl) {
    commands.push(`revoke all on database ${target} from public`);
    const granted = await client.query<{ privilege: string; grantee: string | null; grantable: boolean }>(
      `select a.privilege_type as privilege, case when a.grantee = 0 then null else pg_get_userbyid(a.grantee) end as grantee,
         a.is_grantable as grantable from pg_database d, aclexplode(d.datacl) a where d.datname = $1`,
      [from],
    );
    for (const { privilege, grantee, grantable } of granted.rows) {
      const whom = grantee === null ? "public" : quoted(grantee);
      commands.push(`grant ${privilege} on database ${target} to ${whom}${grantable ? " with grant option" : ""}`);
    }
  }
  const settings = await client.query<{ role: string | null; setting: string }>(
    `select case when s.setrole = 0 then null else pg_get_userbyid(s.setrole) end as role, unnest(s.setconfig) as setting
     from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = $1`,
    [from],
  );
  for (const { role, setting } of settings.rows) {
    const name = setting.slice(0, setting.indexOf("="));
    const value = setting.slice(name.length + 1);
    const whose = role === null ? `alter database ${target}` : `alter role ${quoted(role)} in database ${target}`;
    const shown = lists.has(name.toLowerCase()) ? namesOf(value).map(literal).join(", ") : literal(value);
    commands.push(`${whose} set ${name.split(".").map(quoted).join(".")} to ${shown === "" ? "''" : shown}`);
  }
  for (const command of commands) await client.query(command);
}
