import type { MigrationRule } from "../rule.ts";
import { bodyOf, relationName, shown } from "../tree.ts";

export const reindex: MigrationRule = {
  id: "reindex",
  title: "Rebuilds an index without CONCURRENTLY",
  severity: "high",
  concern: "locking",
  why: "nobody can write to the table until the index is built, and queries that would use it wait",
  rewrite: "REINDEX … CONCURRENTLY, alone in its own migration",
  check({ statement, schema }) {
    const it = bodyOf(statement.node, "ReindexStmt");
    if (it === undefined) return [];
    const concurrently = (it.params ?? []).some((node) => bodyOf(node, "DefElem")?.defname === "concurrently");
    const name = relationName(it.relation);
    const old =
      it.relation === undefined
        ? schema.hasPast
        : it.kind === "REINDEX_OBJECT_INDEX"
          ? schema.isOldIndex(name)
          : schema.isOld(name);
    return concurrently || !old ? [] : [{ subject: it.relation === undefined ? (it.name ?? "") : shown(name) }];
  },
};
