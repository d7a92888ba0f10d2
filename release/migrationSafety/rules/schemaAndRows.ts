import type { MigrationRule } from "../rule.ts";
import { shown } from "../tree.ts";

export const schemaAndRows: MigrationRule = {
  id: "schema-and-rows",
  title: "Changes a table's schema and rows in one transaction",
  severity: "high",
  concern: "locking",
  why: "the lock of the schema change is held until all rows are changed, and everyone waits for it",
  rewrite: "put the change of rows into a migration of its own, or do it in batches after the release",
  check({ statement, locks, changes, before }) {
    const main = (all: typeof locks) => all.filter(({ aside }) => !aside);
    const truncates = (it: typeof changes) => it.every(({ how }) => how === "TRUNCATE");
    if (changes.length > 0 && !truncates(changes)) {
      const locked = before.flatMap((it) => (truncates(it.changes) ? main(it.locks) : []));
      const [change] = changes;
      if (locked[0] === undefined || change === undefined) return [];
      return [{ subject: `${change.how} ${shown(change.table)} after locking ${locked[0].table}` }];
    }
    const [lock] = main(locks);
    const changed = before.find((it) => it.changes.length > 0 && !truncates(it.changes))?.changes[0];
    if (lock === undefined || changed === undefined || statement.kind === "TruncateStmt") return [];
    return [{ subject: `locks ${lock.table} after ${changed.how} ${shown(changed.table)}` }];
  },
};
