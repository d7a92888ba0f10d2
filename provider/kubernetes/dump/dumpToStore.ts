import { dumping } from "./dumping.ts";
import { askingDatabase } from "./scriptBeginning.ts";
import { storeFiles } from "./storeFiles.ts";

/**
 * Dumps the database that `PG…` names to the store as it is read, `<stack>/<release>-<time>.dump`: no disk holds it in between. It is read back
 * whole before `.ndjson` (what it is of, and each table's rows at the very moment of the dump) and, last, `.sha256` (of both) are put beside it:
 * a dump without them is none. Nothing there is written over.
 *
 * Ends with a line of {@link dumpLine}.
 */
export const dumpToStore = String.raw`${storeFiles}${askingDatabase}
plain GREENLIGHT_RELEASE "$GREENLIGHT_RELEASE"
listed=$(files)
for left in $(printf '%s\n' "$listed" | cut -d ' ' -f 2-); do
  case $left in
    "$GREENLIGHT_RELEASE"-????????T??????Z.dump) ;;
    *) continue ;;
  esac
  killed=$(basename "$left" .dump)
  if has "$killed.sha256"; then continue; fi
  printf 'removing %s, of a run that was killed\n' "$left"
  drop "$left" "$killed.ndjson"
done

name=$GREENLIGHT_RELEASE-$(date -u +%Y%m%dT%H%M%SZ)
listed=$(files)
for kind in dump ndjson sha256; do
  if has "$name.$kind"; then refuse "$name.$kind is there already; no dump is overwritten"; fi
done
GREENLIGHT_WORK=$(mktemp -d)
export GREENLIGHT_WORK
cd "$GREENLIGHT_WORK"
mkfifo stream sum upload
stored=
over() {
  trap '' INT TERM
  jobs -p > "$GREENLIGHT_WORK/jobs"
  while read -r pid; do
    kill "$pid" 2>/dev/null || :
  done < "$GREENLIGHT_WORK/jobs"
  # Only what has ended writes no more.
  wait
  if [ "$stored" = half ]; then drop "$name.sha256" "$name.ndjson" "$name.dump" || :; fi
  rm -rf "$GREENLIGHT_WORK"
}
trap over EXIT
trap 'exit 143' INT TERM
put() {
  client rcat "$place/$1" < "$1"
  given "$1" | cmp -s - "$1" || refuse "$1 is not in the store as it was written"
}

printf 'dumping to %s/%s.dump of the store %s\n' "$GREENLIGHT_STACK" "$name" "$GREENLIGHT_STORE"
stored=half
sha256sum < sum > written &
summing=$!
tee sum < stream > upload &
become_client --log-level NOTICE --stats 1m --stats-one-line --stats-log-level NOTICE rcat "$place/$name.dump" < upload &
uploading=$!
${dumping('> "$GREENLIGHT_WORK/stream"')}wait "$asking" || refuse "the database could not be read"
[ -e dumped ] || refuse "pg_dump did not end well, or the store did not take it"
wait "$uploading" || refuse "the store did not take the dump"
wait "$summing"

sha256sum < sum > read &
summing=$!
(
  given "$name.dump" | tee sum | {
    # Read to its end, whatever pg_restore needs of it.
    if pg_restore --list > list; then cat > /dev/null; else cat > /dev/null && exit 1; fi
  }
) &
listing=$!
wait "$listing" || refuse "the dump cannot be listed"
wait "$summing"
cmp -s written read || refuse "what the store has is not what was written"
tables=$(($(wc -l < held) - 1))
data=$(grep -c ' TABLE DATA ' list || :)
[ "$data" -ge "$tables" ] || refuse "the dump lists data of $data tables, and the database has $tables"

mv held "$name.ndjson"
sha256=$(cut -d ' ' -f 1 < written)
of_rows=$(sha256sum < "$name.ndjson")
printf '%s  %s\n' "$sha256" "$name.dump" "$(printf '%s' "$of_rows" | cut -d ' ' -f 1)" "$name.ndjson" > "$name.sha256"
put "$name.ndjson"
put "$name.sha256"
listed=$(files)
bytes=$(printf '%s\n' "$listed" | while read -r bytes file; do if [ "$file" = "$name.dump" ]; then echo "$bytes"; fi; done)
[ -n "$bytes" ] || refuse "$name.dump is not in the store"
stored=whole
IFS= read -r held < "$name.ndjson"
printf 'greenlight-dump {"name":"%s","bytes":%s,"sha256":"%s","tables":%s,"held":%s}\n' "$name" "$bytes" "$sha256" "$tables" "$held"
`;
