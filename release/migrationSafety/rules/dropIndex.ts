import type { MigrationRule } from "../rule.ts";
import { bodyOf, nameOf, shown, textsOf } from "../tree.ts";

export const dropIndex: MigrationRule = {
  id: "drop-index",
  title: "Drops an index without CONCURRENTLY",
  severity: "medium",
  concern: "locking",
  why: "everyone who reads or writes the table waits while it waits for those that do now",
  rewrite: "DROP INDEX CONCURRENTLY, alone in its own migration",
  check({ statement, schema }) {
    const it = bodyOf(statement.node, "DropStmt");
    if (it?.removeType !== "OBJECT_INDEX" || it.concurrent === true) return [];
    return (it.objects ?? [])
      .map((object) => nameOf(textsOf(object)))
      .filter((name) => schema.isOldIndex(name))
      .map((name) => ({
        subject: shown(name),
        rewrite: `DROP INDEX CONCURRENTLY ${shown(name)}, alone in its own migration`,
      }));
  },
};
