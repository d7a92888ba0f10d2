import type { RowChange } from "../rowChanges.ts";
import type { MigrationRule } from "../rule.ts";
import { shown } from "../tree.ts";

export const schemaAndRows: MigrationRule = {
  id: "schema-and-rows",
  title: "Changes a table's schema and rows in one transaction",
  severity: "high",
  concern: "locking",
  why: "the lock of the schema change is held until all rows are changed, and everyone waits for it",
  rewrite: "put the change of rows into a migration of its own, or do it in batches after the release",
  check({ locks, changes, before }) {
    const main = (it: { readonly locks: typeof locks }) => it.locks.find(({ aside }) => !aside);
    const changed = (it: { readonly changes: typeof changes }) => it.changes.find(({ how }) => how !== "TRUNCATE");
    const change = changed({ changes });
    const lock = main({ locks });
    if (change !== undefined) {
      const locker = before.find((it) => main(it) !== undefined && changed(it) === undefined && !truncates(it));
      const locked = locker === undefined ? undefined : main(locker);
      return locked === undefined
        ? []
        : [{ subject: `${change.how} ${shown(change.table)} after locking ${locked.table}` }];
    }
    if (lock === undefined || truncates({ changes })) return [];
    const earlier = before.find((it) => changed(it) !== undefined);
    const done = earlier === undefined ? undefined : changed(earlier);
    return done === undefined ? [] : [{ subject: `locks ${lock.table} after ${done.how} ${shown(done.table)}` }];
  },
};

/** Emptying a table is fast, and no change of rows that a lock would be held for. */
function truncates({ changes }: { readonly changes: readonly RowChange[] }): boolean {
  return changes.some(({ how }) => how === "TRUNCATE");
}
