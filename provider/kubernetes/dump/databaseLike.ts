/**
 * Statements of psql that make the database `:"scratch"` one like `:'live'`. A setting that is a list of names is stored as it was written,
 * by any role for itself: each name is quoted anew, as a text.
 */
export const databaseLike = {
  /** Makes it, with encoding, locale and owner. */
  created: String.raw`
select format('create database %I template template0 encoding %L lc_collate %L lc_ctype %L owner %I',
    :'scratch', pg_encoding_to_char(encoding), datcollate, datctype, pg_get_userbyid(datdba))
  from pg_catalog.pg_database where datname = :'live' \gexec
`,
  /** Gives it what a dump does not carry: privileges, settings, also those of a role in it, connection limit and comment. */
  settings: String.raw`
select format('alter database %I connection limit %s', :'scratch', datconnlimit)
  from pg_catalog.pg_database where datname = :'live' and datconnlimit >= 0 \gexec
select format('comment on database %I is %L', :'scratch', shobj_description(oid, 'pg_database'))
  from pg_catalog.pg_database where datname = :'live' and shobj_description(oid, 'pg_database') is not null \gexec
select format('revoke all on database %I from public', :'scratch')
  from pg_catalog.pg_database where datname = :'live' and datacl is not null \gexec
select format('grant %s on database %I to %s%s', a.privilege_type, :'scratch',
    case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
    case when a.is_grantable then ' with grant option' else '' end)
  from pg_catalog.pg_database d, aclexplode(d.datacl) a where d.datname = :'live' \gexec
select format('%s set %s to %s',
    case when role is null then format('alter database %I', :'scratch') else format('alter role %I in database %I', role, :'scratch') end,
    (select string_agg(quote_ident(part), '.') from unnest(string_to_array(name, '.')) part),
    case
      when lower(name) in ('local_preload_libraries', 'search_path', 'session_preload_libraries',
        'shared_preload_libraries', 'temp_tablespaces', 'unix_socket_directories') then coalesce((
          select string_agg(quote_literal(coalesce(replace(part[1], '""', '"'), rtrim(part[2]))), ', ')
          from regexp_matches(value, '"((?:[^"]|"")*)"|([^",\s][^",]*)', 'g') part
        ), quote_literal(''))
      else quote_literal(value)
    end)
  from (
    select case when s.setrole = 0 then null else pg_get_userbyid(s.setrole) end as role,
      split_part(setting, '=', 1) as name, substr(setting, strpos(setting, '=') + 1) as value
      from pg_catalog.pg_db_role_setting s join pg_catalog.pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) setting
      where d.datname = :'live'
  ) of \gexec
`,
} as const;
