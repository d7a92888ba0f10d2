import { userTables } from "../../database/content.ts";

/** For psql: a line of JSON for each user table, its name and its rows, in an order that no server's language changes. */
export const countTables = String.raw`
select format('select json_build_array(%L, count(*)) from only %I.%I', format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
  ${userTables}
  order by format('%I.%I', n.nspname, c.relname) collate "C" \gexec
`;
