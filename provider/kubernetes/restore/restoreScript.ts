import { countTablesAtOnce } from "../dump/countTables.ts";
import { onClaim, strictly } from "../dump/scriptBeginning.ts";

/** Where the claim that was made from a snapshot is in a pod. */
export const restoredFolder = "/restored";

/**
 * Starts PostgreSQL on the claim at `GREENLIGHT_FOLDER`, a copy of its own, has it come up by its own log as after a power cut, and reads all of
 * it: each database is dumped to nowhere, and the rows of its tables are counted. Nobody else reaches it, for it listens on a socket of the pod
 * alone; and it does nothing by itself: it archives no log, subscribes to nothing, starts no library but `GREENLIGHT_PRELOAD`, and its
 * sessions cannot write. It runs with a configuration of this script's, because that of who serves may be elsewhere, and asks for more memory.
 *
 * Takes `GREENLIGHT_DATA`, the folder of its data on the claim, empty where it is to be looked for; and `GREENLIGHT_ROLE`, a superuser.
 * Ends with a line of {@link restoredLine}.
 */
export const restoreScript = String.raw`${strictly}${onClaim}
work=$(mktemp -d)
stage=find
postgres=
working=
server=
databases=0
tables=0
rows=0
checksums=false
over() {
  trap '' INT TERM
  # It may have been told to stop before it could note the number of what it had just started.
  jobs -p > "$work/jobs"
  [ -n "$postgres" ] || postgres=$(head -n 1 "$work/jobs")
  if [ -n "$postgres" ]; then
    # Who keeps the claim finds it as after an orderly end. Told again and again: one that has only just begun does not hear it.
    how=QUIT
    [ "$stage" != done ] || how=INT
    (while kill "-$how" "$postgres"; do sleep 1; done) > /dev/null 2>&1 &
    wait "$postgres" || :
  fi
  rm -rf "$work"
  printf 'greenlight-restored {"stage":"%s","server":"%s","databases":%s,"tables":%s,"rows":%s,"checksums":%s}\n' \
    "$stage" "$server" "$databases" "$tables" "$rows" "$checksums"
}
trap over EXIT
trap '[ -z "$working" ] || kill "$working" 2>/dev/null || :; stage=ended; exit 143' INT TERM

if [ -n "$GREENLIGHT_DATA" ]; then
  data=$GREENLIGHT_FOLDER/$GREENLIGHT_DATA
else
  # What belongs to nobody here, such as lost+found, is not looked into.
  find "$GREENLIGHT_FOLDER" -maxdepth 6 -path '*/global/pg_control' 2>/dev/null > "$work/found" || :
  case $(wc -l < "$work/found") in
    0) refuse "no data of PostgreSQL is on the claim" ;;
    1) data=$(sed 's,/global/pg_control$,,' "$work/found") ;;
    *) refuse "data of several servers is on the claim: name one by kubernetes.database.drill.data" ;;
  esac
fi
[ -f "$data/PG_VERSION" ] && [ -f "$data/global/pg_control" ] || refuse "$data holds no data of PostgreSQL"
for link in "$data/pg_wal" "$data"/pg_tblspc/*; do
  [ ! -L "$link" ] || refuse "$link is on another volume, of which this snapshot has nothing"
done

stage=settings
have=$(cat "$data/PG_VERSION")
with=$(postgres --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
[ "$have" = "$with" ] || refuse "the data is of PostgreSQL $have, and the image has $with"
# Both speak of the server that was, and this is another one.
rm -f "$data/postmaster.pid" "$data/standby.signal"
chmod 0700 "$data" || refuse "the data does not belong to user $(id -u): set kubernetes.database.drill.user to the user of its server"

stage=start
printf 'starting PostgreSQL %s on %s\n' "$with" "$data"
printf 'local all all trust\n' > "$work/hba"
: > "$work/conf"
postgres -D "$data" -c config_file="$work/conf" -c hba_file="$work/hba" -c ident_file="$work/conf" \
  -c listen_addresses= -c unix_socket_directories="$work" -c port=5432 -c ssl=off -c max_connections=20 \
  -c shared_buffers=32MB -c huge_pages=off -c max_prepared_transactions=200 -c max_wal_senders=0 -c wal_level=replica \
  -c archive_mode=off -c max_logical_replication_workers=0 -c synchronous_standby_names= -c autovacuum=off -c fsync=off \
  -c shared_preload_libraries="$GREENLIGHT_PRELOAD" -c session_preload_libraries= -c local_preload_libraries= -c jit=off \
  -c default_transaction_read_only=on -c restart_after_crash=off -c logging_collector=off -c log_destination=stderr &
postgres=$!
until pg_isready -q -h "$work" -p 5432; do
  kill -0 "$postgres" 2>/dev/null || exit 1
  sleep 1
done

stage=settings
unset PGHOSTADDR PGSERVICE PGOPTIONS PGPASSWORD
export PGHOST="$work" PGPORT=5432 PGUSER="$GREENLIGHT_ROLE" PGDATABASE=template1 PGAPPNAME=greenlight
# Becomes psql: for a shell of its own, in which it can be told to end.
ask() {
  exec psql -X -w -q -A -t -v ON_ERROR_STOP=1 "$@"
}
super=$(ask -c 'select rolsuper from pg_catalog.pg_roles where rolname = current_user')
[ "$super" = t ] || refuse "the role $GREENLIGHT_ROLE is no superuser: name one by kubernetes.database.drill.role"
server=$(ask -c 'show server_version' | tr -cd 'A-Za-z0-9 .()+~:-')
checked=$(ask -c 'show data_checksums')
[ "$checked" != on ] || checksums=true

stage=read
(ask) > "$work/databases" <<'SQL'
select datname from pg_catalog.pg_database where datallowconn and not datistemplate order by 1;
SQL
while IFS= read -r PGDATABASE; do
  printf 'reading the database %s\n' "$PGDATABASE"
  pg_dump --no-password > /dev/null &
  working=$!
  wait "$working"
  ask > "$work/counted" <<'SQL' &
${countTablesAtOnce}SQL
  working=$!
  wait "$working"
  working=
  databases=$((databases + 1))
  tables=$((tables + $(wc -l < "$work/counted")))
  rows=$((rows + $(sed 's/.*, \([0-9]*\)]$/\1/' "$work/counted" | { sum=0; while read -r one; do sum=$((sum + one)); done; echo "$sum"; })))
done < "$work/databases"
stage=done
`;
