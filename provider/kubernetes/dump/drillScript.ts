import { countTablesAtOnce } from "./countTables.ts";
import { askingDatabase } from "./scriptBeginning.ts";

/**
 * Restores the dump `GREENLIGHT_DUMP` into the database `GREENLIGHT_SCRATCH`, which it makes on the server that `PG…` names, compares the rows
 * of every table with those that were counted when it was taken, and drops that database again, however it ends. No other one is changed.
 *
 * Ends with a line of {@link drillLine}. Lines that differ are told as `greenlight-difference <what> <line>`.
 *
 * @param files where the stack's dumps are
 */
export const drillScript = (files: string): string => String.raw`${files}${askingDatabase}
plain GREENLIGHT_DUMP "$GREENLIGHT_DUMP"
case $GREENLIGHT_SCRATCH in
  *[!a-z0-9_]*) refuse "GREENLIGHT_SCRATCH is no plain name" ;;
  drill_?*) ;;
  *) refuse "GREENLIGHT_SCRATCH is no name of a drill's database" ;;
esac
listed=$(files)
for kind in dump ndjson sha256; do
  has "$GREENLIGHT_DUMP.$kind" || refuse "$GREENLIGHT_DUMP.$kind is not there"
done

work=$(mktemp -d)
stage=checksum
made=
working=
tables=0
rows=0
# Becomes psql: for a shell of its own, in which it can be told to end.
ask() {
  exec psql -X -w -q -A -t -v ON_ERROR_STOP=1 -v scratch="$GREENLIGHT_SCRATCH" "$@"
}
over() {
  trap '' INT TERM
  dropped=true
  if [ -n "$made" ]; then
    (ask) <<'SQL' || dropped=false
drop database if exists :"scratch" with (force);
SQL
  fi
  rm -rf "$work"
  printf 'greenlight-drill {"stage":"%s","tables":%s,"rows":%s,"dropped":%s}\n' "$stage" "$tables" "$rows" "$dropped"
}
trap over EXIT
trap '[ -z "$working" ] || kill "$working" 2>/dev/null || :; stage=ended; exit 143' INT TERM

printf 'checking the sha256 of %s\n' "$GREENLIGHT_DUMP"
checked "$GREENLIGHT_DUMP" || exit 1

stage=server
beginning=$(printf '%s' "$GREENLIGHT_SCRATCH" | sed 's/[^_]*$//')
(ask -v beginning="$beginning") <<'SQL'
select 'left by a drill that was killed: the database ' || datname from pg_catalog.pg_database
  where left(datname, length(:'beginning')) = :'beginning' order by 1;
SQL
there=$(ask <<'SQL'
select count(*) from pg_catalog.pg_database where datname = :'scratch';
SQL
)
[ "$there" = 0 ] || refuse "the database $GREENLIGHT_SCRATCH is there already, and is not this drill's"
made=yes
(ask) <<'SQL'
create database :"scratch" template template0;
SQL

stage=restore
printf 'restoring into the database %s\n' "$GREENLIGHT_SCRATCH"
given "$GREENLIGHT_DUMP.dump" |
  pg_restore --exit-on-error --no-password --no-owner --no-privileges --dbname="$GREENLIGHT_SCRATCH" &
working=$!
wait "$working"
working=

stage=compare
given "$GREENLIGHT_DUMP.ndjson" | tail -n +2 > "$work/recorded"
ask --dbname="$GREENLIGHT_SCRATCH" > "$work/restored" <<'SQL' &
${countTablesAtOnce}SQL
working=$!
wait "$working"
working=
tables=$(($(wc -l < "$work/restored")))
rows=$(sed 's/.*, \([0-9]*\)]$/\1/' "$work/restored" | { sum=0; while read -r one; do sum=$((sum + one)); done; echo "$sum"; })
if ! diff "$work/recorded" "$work/restored" > "$work/differences"; then
  sed -n 's/^< /greenlight-difference recorded /p; s/^> /greenlight-difference restored /p' "$work/differences" | head -n 20
  exit 1
fi
stage=done
`;
