import { countTablesAtOnce } from "./countTables.ts";

/**
 * What scripts share that restore the dump `GREENLIGHT_DUMP` into the database `GREENLIGHT_SCRATCH`, which is made for it on the server that `PG…`
 * names, and is dropped again unless the script that goes on from here makes it something else.
 */
interface Restoring {
  /** What is said at the end; a word of shell for printf, which has `$stage`, `$tables`, `$rows` and `$dropped`. */
  readonly says: string;
  /** Statement of psql that makes the database `:"scratch"`. */
  readonly creates: string;
  /** Options of pg_restore besides. */
  readonly restores: string;
}

/**
 * Shell that restores and compares the rows of every table with those that were counted when the dump was taken. Lines that differ are told as
 * `greenlight-difference <what> <line>`, and end it.
 *
 * It leaves `ask`, which becomes psql, with more psql variables in its arguments; and `$made`, empty once the database is not to be dropped.
 */
export const restoring = ({ says, creates, restores }: Restoring): string => String.raw`
plain GREENLIGHT_DUMP "$GREENLIGHT_DUMP"
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
  ${says}
}
trap over EXIT
trap '[ -z "$working" ] || kill "$working" 2>/dev/null || :; stage=ended; exit 143' INT TERM

printf 'checking the sha256 of %s\n' "$GREENLIGHT_DUMP"
checked "$GREENLIGHT_DUMP" || exit 1

stage=server
beginning=$(printf '%s' "$GREENLIGHT_SCRATCH" | sed 's/[^_]*$//')
(ask -v beginning="$beginning") <<'SQL'
select 'left by an earlier run that was killed: the database ' || datname from pg_catalog.pg_database
  where left(datname, length(:'beginning')) = :'beginning' and substr(datname, length(:'beginning') + 1) ~ '^[0-9a-f]{12}$' order by 1;
SQL
there=$(ask <<'SQL'
select count(*) from pg_catalog.pg_database where datname = :'scratch';
SQL
)
[ "$there" = 0 ] || refuse "the database $GREENLIGHT_SCRATCH is there already, and is not of this run"
made=yes
${creates}
stage=restore
printf 'restoring into the database %s\n' "$GREENLIGHT_SCRATCH"
given "$GREENLIGHT_DUMP.dump" |
  pg_restore --exit-on-error --no-password ${restores} --dbname="$GREENLIGHT_SCRATCH" &
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
${tellDifferences("restored")}
`;

/** Shell that tells the first lines in which the file of that name is not what was recorded, and ends where there are some. */
export function tellDifferences(name: string, otherwise = "exit 1"): string {
  // As every diff can, busybox' too; both lines of a table beside each other.
  return `if ! diff -U 0 "$work/recorded" "$work/${name}" > "$work/differences"; then
  sed -n 's/^-\\[/greenlight-difference recorded [/p; s/^+\\[/greenlight-difference ${name} [/p' "$work/differences" | sort -s -k 3,3 | head -n 20
  ${otherwise}
fi`;
}
