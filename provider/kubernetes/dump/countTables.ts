import { userTables } from "../../database/content.ts";

/** For psql: a line of JSON for each user table, its name and its rows, in an order that no server's language changes. */
export const countTables = String.raw`
select format('select json_build_array(%L, count(*)) from only %I.%I', format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
  ${userTables}
  order by format('%I.%I', n.nspname, c.relname) collate "C" \gexec
`;

/** For psql: the same, of one moment, whatever the session's settings are. */
export const countTablesAtOnce = `
begin isolation level repeatable read read only;
set local search_path = '';
set local client_encoding = 'UTF8';
set local statement_timeout = 0;
set local row_security = off;
${countTables}
commit;
`;
