import { restoring } from "./restoring.ts";
import { askingDatabase } from "./scriptBeginning.ts";

/**
 * Restores the dump `GREENLIGHT_DUMP` into the database `GREENLIGHT_SCRATCH`, which it makes on the server that `PG…` names, compares the rows
 * of every table with those that were counted when it was taken, and drops that database again, however it ends. No other one is changed.
 *
 * Ends with a line of {@link drillLine}. Lines that differ are told as `greenlight-difference <what> <line>`.
 *
 * @param files where the stack's dumps are
 */
export const drillScript = (files: string): string => `${files}${askingDatabase}
case $GREENLIGHT_SCRATCH in
  *[!a-z0-9_]*) refuse "GREENLIGHT_SCRATCH is no plain name" ;;
  drill_?*) ;;
  *) refuse "GREENLIGHT_SCRATCH is no name of a drill's database" ;;
esac
${restoring({
  says: String.raw`printf 'greenlight-drill {"stage":"%s","tables":%s,"rows":%s,"dropped":%s}\n' "$stage" "$tables" "$rows" "$dropped"`,
  creates: `(ask) <<'SQL'
create database :"scratch" template template0;
SQL
`,
  // The roles need not be there.
  restores: "--no-owner --no-privileges",
})}
stage=done
`;
