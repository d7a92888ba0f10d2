import { databaseLike } from "./databaseLike.ts";
import { restoring } from "./restoring.ts";
import { askingDatabase } from "./scriptBeginning.ts";

/**
 * Puts the dump `GREENLIGHT_DUMP` in the place of the database that `PG…` names: restores it into the database `GREENLIGHT_SCRATCH` beside, with owners
 * and privileges, compares the rows of every table with those that were counted when it was taken, and swaps the names in one transaction, while
 * sessions of the one before are ended. That one is kept under another name; whatever fails before, it keeps its own.
 *
 * Ends with a line of {@link replacedLine}. Lines that differ are told as `greenlight-difference <what> <line>`.
 *
 * @param files where the stack's dumps are
 */
export const replaceScript = (files: string): string => String.raw`${files}${askingDatabase}
case $GREENLIGHT_SCRATCH in
  *[!a-z0-9_]*) refuse "GREENLIGHT_SCRATCH is no plain name" ;;
  restore_?*) ;;
  *) refuse "GREENLIGHT_SCRATCH is no name of a restored database" ;;
esac
# Names are swapped from beside: nobody may be in either.
live=$PGDATABASE
PGDATABASE=postgres
[ "$live" != postgres ] || PGDATABASE=template1
export PGDATABASE
kept=null
${restoring({
  says: String.raw`printf 'greenlight-replaced {"stage":"%s","tables":%s,"rows":%s,"kept":%s,"dropped":%s}\n' "$stage" "$tables" "$rows" "$kept" "$dropped"`,
  creates: `${oidOf("before", "live")}[ -n "$before" ] || refuse "the database $live is not there"
(ask -v live="$live") <<'SQL'
${databaseLike.created}SQL
`,
  restores: "",
})}
stage=settings
(ask -v live="$live") <<'SQL'
${databaseLike.settings}SQL

# Without them every query of users would read whole tables at first.
printf 'gathering statistics\n'
ask --dbname="$GREENLIGHT_SCRATCH" > "$work/analyzed" <<'SQL' &
analyze;
SQL
working=$!
wait "$working" || printf 'statistics could not be gathered: run analyze in the database afterwards\n'
working=

stage=swap
printf 'swapping the names\n'
name=$(ask -v live="$live" <<'SQL'
select case when octet_length(:'live') <= 32 then :'live' || '_' else '' end
  || 'before_restore_' || to_char(now() at time zone 'UTC', 'YYYYMMDD_HH24MISS');
SQL
)
${oidOf("of", "scratch")}# The rename takes its lock first, so that newcomers wait outside; it gives those inside a few seconds to leave.
(
  while :; do
    (ask -v before="$before") > /dev/null 2>&1 <<'SQL' || :
with inside as materialized (select pid from pg_catalog.pg_stat_activity where datid = :before and pid <> pg_backend_pid())
  select pg_terminate_backend(pid) from inside;
SQL
    sleep 1
  done
) &
working=$!
# From here on as a whole, or not at all.
trap '' INT TERM
swapped=true
(ask -v live="$live" -v kept="$name") <<'SQL' || swapped=false
begin;
set local lock_timeout = '15s';
alter database :"live" rename to :"kept";
alter database :"scratch" rename to :"live";
commit;
SQL
kill "$working" 2>/dev/null || :
working=
${oidOf("is", "live")}if [ "$is" = "$of" ]; then
  made=
  kept=$(ask -v kept="$name" <<'SQL'
select to_json(:'kept'::text);
SQL
)
fi
[ "$swapped" = true ] && [ "$is" = "$of" ] || refuse "the names could not be swapped"
stage=done
`;

/** Shell that sets a variable to the number by which the server knows a database; empty where there is none. */
function oidOf(variable: string, name: "live" | "scratch"): string {
  return `${variable}=$(ask -v live="$live" <<'SQL'
select oid from pg_catalog.pg_database where datname = :'${name}';
SQL
)
`;
}
