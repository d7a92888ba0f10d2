import { claimFiles } from "./claimFiles.ts";
import { dumping } from "./dumping.ts";
import { askingDatabase } from "./scriptBeginning.ts";

/**
 * Dumps the database that `PG…` names to `<stack>/<release>-<time>.dump`, and beside it writes `.ndjson` (what it is of, and each table's rows
 * at the very moment of the dump) and `.sha256` (of both). They grow in a folder of their own; the dump gets its name last, and never over
 * one that is there.
 *
 * Ends with a line of {@link dumpLine}.
 */
export const dumpToClaim = String.raw`${claimFiles}${askingDatabase}
plain GREENLIGHT_RELEASE "$GREENLIGHT_RELEASE"
mkdir -p "$folder"
for left in "$folder/$GREENLIGHT_RELEASE"-????????T??????Z.partial; do
  [ -d "$left" ] || continue
  printf 'removing %s, of a run that was killed\n' "$left"
  rm -rf "$left"
done

name=$GREENLIGHT_RELEASE-$(date -u +%Y%m%dT%H%M%SZ)
export GREENLIGHT_WORK="$folder/$name.partial"
made=
asking=
trap '[ -z "$made" ] || rm -rf "$GREENLIGHT_WORK"' EXIT
trap '[ -z "$asking" ] || kill "$asking" 2>/dev/null || :; exit 143' INT TERM
[ ! -e "$GREENLIGHT_WORK" ] || refuse "$GREENLIGHT_WORK is there already"
made=yes
mkdir "$GREENLIGHT_WORK"

printf 'dumping to %s/%s.dump\n' "$GREENLIGHT_STACK" "$name"
${dumping('--file="$GREENLIGHT_WORK/dump"')}wait "$asking" || refuse "the database could not be read"
asking=
[ -e "$GREENLIGHT_WORK/dumped" ] || refuse "pg_dump did not end well"

pg_restore --list "$GREENLIGHT_WORK/dump" > "$GREENLIGHT_WORK/list" || refuse "the dump cannot be listed"
tables=$(($(wc -l < "$GREENLIGHT_WORK/held") - 1))
listed=$(grep -c ' TABLE DATA ' "$GREENLIGHT_WORK/list" || :)
[ "$listed" -ge "$tables" ] || refuse "the dump lists data of $listed tables, and the database has $tables"

cd "$GREENLIGHT_WORK"
mv dump "$name.dump"
mv held "$name.ndjson"
sha256sum "$name.dump" "$name.ndjson" > "$name.sha256"
sync "$name.dump" "$name.ndjson" "$name.sha256"
cd "$folder"
for kind in sha256 ndjson dump; do
  [ ! -e "$name.$kind" ] || refuse "$name.$kind is there already; no dump is overwritten"
done
for kind in sha256 ndjson dump; do
  mv "$GREENLIGHT_WORK/$name.$kind" "$name.$kind"
done

sha256sum -c "$name.sha256" || refuse "what was written is not what is there"
read -r sha256 of < "$name.sha256"
IFS= read -r held < "$name.ndjson"
bytes=$(($(wc -c < "$name.dump")))
printf 'greenlight-dump {"name":"%s","bytes":%s,"sha256":"%s","tables":%s,"held":%s}\n' "$name" "$bytes" "$sha256" "$tables" "$held"
`;
