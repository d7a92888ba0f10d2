import type { MigrationRule } from "../rule.ts";
import { bodyOf, relationName, shown } from "../tree.ts";

export const createIndex: MigrationRule = {
  id: "create-index",
  title: "Creates an index without CONCURRENTLY on a table that exists already",
  severity: "high",
  concern: "locking",
  why: "nobody can write to the table until the index is built",
  rewrite: "CREATE INDEX CONCURRENTLY, alone in its own migration",
  check({ statement, schema }) {
    const it = bodyOf(statement.node, "IndexStmt");
    const table = relationName(it?.relation);
    if (it === undefined || it.concurrent === true || !schema.isOld(table)) return [];
    // On a partitioned table alone nothing is built.
    if (it.relation?.inh !== true && schema.table(table)?.partitioned === true) return [];
    const name = it.idxname ?? "an index";
    const concurrently = `CREATE ${it.unique === true ? "UNIQUE " : ""}INDEX CONCURRENTLY ${name} ON ${shown(table)} …, alone in its own migration`;
    return [{ subject: `${name} on ${shown(table)}`, rewrite: concurrently }];
  },
};
