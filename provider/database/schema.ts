import { createHash } from "node:crypto";
import type pg from "pg";

/** What a database's schema looks like: one line for each object, sorted; order of columns does not matter. */
export interface SchemaPicture {
  /** sha256 over the lines. */
  readonly fingerprint: string;
  readonly objects: readonly string[];
}

/** The tables in which migration tools keep their own history; never part of a picture. */
export const historyTables = ["_prisma_migrations", "greenlight_migrations"] as const;

const ours = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const notHistory = `c.relname not in ('_prisma_migrations', 'greenlight_migrations')`;
const notFromExtension = (catalog: string, oid: string): string =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;

const lines: readonly string[] = [
  `select 'schema ' || quote_ident(n.nspname) || ' owner ' || pg_get_userbyid(n.nspowner) || ' ' || coalesce(n.nspacl::text, '')
     from pg_namespace n where ${ours}`,
  `select 'extension ' || extname || ' ' || extversion from pg_extension`,
  `select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end
       || ' ' || format('%I.%I', n.nspname, c.relname) || ' owner ' || pg_get_userbyid(c.relowner)
       || case c.relpersistence when 'u' then ' unlogged' else '' end
       || case when c.relrowsecurity then ' row security' else '' end || case when c.relforcerowsecurity then ' forced' else '' end
       || ' ' || coalesce(c.relacl::text, '') || ' ' || coalesce(c.reloptions::text, '') || ' ' || coalesce(pg_get_partkeydef(c.oid), '')
       || ' ' || coalesce(pg_get_expr(c.relpartbound, c.oid), '')
       || case when c.relkind in ('v', 'm') then ' ' || pg_get_viewdef(c.oid) else '' end
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${ours} and ${notHistory} and ${notFromExtension("pg_class", "c.oid")}`,
  `select 'column ' || format('%I.%I.%I', n.nspname, c.relname, a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
       || case when a.attnotnull then ' not null' else '' end || ' ' || coalesce(pg_get_expr(ad.adbin, ad.adrelid), '')
       || ' ' || a.attidentity::text || a.attgenerated::text || ' ' || coalesce(a.attacl::text, '')
       || case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation::text else '' end
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     join pg_type t on t.oid = a.atttypid left join pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
     where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f') and ${ours} and ${notHistory}
       and ${notFromExtension("pg_class", "c.oid")}`,
  `select 'constraint ' || format('%I.%I %I', n.nspname, c.relname, o.conname) || ' ' || pg_get_constraintdef(o.oid)
       || case when o.convalidated then '' else ' not validated' end
     from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
     where ${ours} and ${notHistory} and ${notFromExtension("pg_class", "c.oid")} and o.contype <> 'n'`,
  `select 'index ' || pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' INVALID' end
     from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
     where ${ours} and ${notHistory} and ${notFromExtension("pg_class", "c.oid")}`,
  `select 'trigger ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
     from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal and ${ours} and ${notHistory}`,
  `select 'policy ' || format('%I.%I %I', n.nspname, c.relname, p.polname) || ' ' || p.polcmd::text || ' ' || p.polpermissive::text
       || ' ' || p.polroles::regrole[]::text || ' ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
     from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where ${ours}`,
  `select 'rule ' || pg_get_ruledef(r.oid) from pg_rewrite r join pg_class c on c.oid = r.ev_class
     join pg_namespace n on n.oid = c.relnamespace where r.rulename <> '_RETURN' and ${ours}`,
  `select 'function ' || p.oid::regprocedure::text || ' ' || case when p.prokind = 'a' then 'aggregate' else md5(pg_get_functiondef(p.oid)) end
       || ' owner ' || pg_get_userbyid(p.proowner) || ' ' || coalesce(p.proacl::text, '')
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours} and ${notFromExtension("pg_proc", "p.oid")}`,
  `select 'type ' || format('%I.%I', n.nspname, t.typname) || ' ' || t.typtype::text || ' '
       || coalesce((select string_agg(quote_literal(e.enumlabel), ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid), '')
       || case when t.typtype = 'd' then ' ' || format_type(t.typbasetype, t.typtypmod) || case when t.typnotnull then ' not null' else '' end
            || coalesce(' default ' || t.typdefault, '') || coalesce((select string_agg(pg_get_constraintdef(o.oid), ',' order by o.conname)
               from pg_constraint o where o.contypid = t.oid and o.contype <> 'n'), '') else '' end
     from pg_type t join pg_namespace n on n.oid = t.typnamespace
     where t.typtype in ('e', 'd', 'r', 'm') and ${ours} and ${notFromExtension("pg_type", "t.oid")}`,
  `select 'comment ' || pg_describe_object(d.classoid, d.objoid, d.objsubid) || ' ' || d.description from pg_description d
     where d.classoid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass) and d.objoid >= 16384
       and not exists (select from pg_depend x where x.classid = d.classoid and x.objid = d.objoid and x.deptype = 'e')`,
];

/**
 * Reads the picture of the schema from the catalogs: all user schemas with their tables, columns, constraints, indexes,
 * views, functions, types, triggers, policies, owners and privileges; the migration tools' own tables are left out.
 */
export async function schemaPicture(client: pg.ClientBase): Promise<SchemaPicture> {
  const before = await client.query<{ path: string }>("select current_setting('search_path') as path");
  const reset = () => client.query("select set_config('search_path', $1, false)", [before.rows[0]?.path ?? ""]);
  await client.query("select set_config('search_path', '', false)");
  let objects: string[];
  try {
    objects = await readObjects(client);
  } catch (error) {
    // In a transaction the first error is the one that tells; resetting fails there, and its rollback resets.
    await reset().catch(() => undefined);
    throw error;
  }
  await reset();
  return { fingerprint: fingerprintOf(objects), objects };
}

/** The fingerprint of a picture with these lines, which must be sorted. */
export function fingerprintOf(objects: readonly string[]): string {
  return createHash("sha256").update(objects.join("\n")).digest("hex");
}

async function readObjects(client: pg.ClientBase): Promise<string[]> {
  const objects: string[] = [];
  for (const sql of lines) {
    const { rows } = await client.query<[string]>({ text: sql, rowMode: "array" });
    for (const [line] of rows) objects.push(line.replace(/\s+/g, " ").trim());
  }
  return objects.sort();
}

/** What differs between two pictures. */
export interface SchemaDifference {
  /** Lines of the second picture that the first lacks. */
  readonly added: readonly string[];
  /** Lines of the first picture that the second lacks. */
  readonly removed: readonly string[];
}

export function compareSchemas(before: SchemaPicture, after: SchemaPicture): SchemaDifference {
  const had = new Set(before.objects);
  const has = new Set(after.objects);
  return {
    added: after.objects.filter((line) => !had.has(line)),
    removed: before.objects.filter((line) => !has.has(line)),
  };
}

/** A difference in a sentence, at most six objects named. */
export function describeDifference({ added, removed }: SchemaDifference): string {
  const words = [
    ...added.map((line) => `+ ${line.slice(0, 120)}`),
    ...removed.map((line) => `- ${line.slice(0, 120)}`),
  ];
  if (words.length === 0) return "no difference";
  const more = words.length > 6 ? `; and ${words.length - 6} more` : "";
  return words.slice(0, 6).join("; ") + more;
}
