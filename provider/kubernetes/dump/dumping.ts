import { countTables } from "./countTables.ts";

/**
 * Begins to dump in the background: psql writes to `held`, in the folder `GREENLIGHT_WORK`, what the dump is of and each table's rows, and
 * pg_dump reads the very snapshot in which they were counted. What is `dumped` to its end leaves an empty file of that name there.
 *
 * @param to words that tell pg_dump where to, such as `--file=…` or a redirection
 */
export const dumping = (
  to: string,
): string => String.raw`psql -X -w -q -A -t -v ON_ERROR_STOP=1 -v release="$GREENLIGHT_RELEASE" > "$GREENLIGHT_WORK/held" <<'SQL' &
begin isolation level repeatable read read only;
set local search_path = '';
set local client_encoding = 'UTF8';
set local row_security = off;
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
select pg_export_snapshot() as greenlight_snapshot \gset
\setenv GREENLIGHT_SNAPSHOT :greenlight_snapshot
select json_build_object(
  'release', :'release', 'takenAt', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'database', current_database(), 'server', current_setting('server_version'));
${countTables}
\! pg_dump --format=custom --no-password --lock-wait-timeout=60000 --snapshot="$GREENLIGHT_SNAPSHOT" ${to} < /dev/null && : > "$GREENLIGHT_WORK/dumped"
commit;
SQL
asking=$!
`;
