import { countTablesAtOnce } from "./countTables.ts";
import { tellDifferences } from "./restoring.ts";
import { askingDatabase } from "./scriptBeginning.ts";

/**
 * Counts the rows of every table of the database that `PG…` names, and tells as `greenlight-difference <what> <line>` where they are not what they were
 * when the dump `GREENLIGHT_DUMP` was taken. Changes nothing. Ends with a line of {@link lossLine}.
 *
 * @param files where the stack's dumps are
 */
export const lossScript = (files: string): string => String.raw`${files}${askingDatabase}
plain GREENLIGHT_DUMP "$GREENLIGHT_DUMP"
listed=$(files)
has "$GREENLIGHT_DUMP.ndjson" || refuse "$GREENLIGHT_DUMP.ndjson is not there"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
given "$GREENLIGHT_DUMP.ndjson" | tail -n +2 > "$work/recorded"
psql -X -w -q -A -t -v ON_ERROR_STOP=1 > "$work/now" <<'SQL'
${countTablesAtOnce}SQL
same=true
${tellDifferences("now", "same=false")}
printf 'greenlight-loss {"tables":%s,"same":%s}\n' "$(($(wc -l < "$work/now")))" "$same"
`;
