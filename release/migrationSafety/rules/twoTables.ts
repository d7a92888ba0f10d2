import type { MigrationRule } from "../rule.ts";

export const twoTables: MigrationRule = {
  id: "two-tables",
  title: "Locks two tables that exist already in one transaction",
  severity: "high",
  concern: "locking",
  why: "the first is held while the second is waited for, and an application that takes them in the other order deadlocks with it",
  rewrite: "put each table's change into a migration of its own",
  check({ locks, before }) {
    const own = locks.filter(({ aside }) => !aside);
    if (own.length === 0) return [];
    const held = before.flatMap((it) => it.locks).filter(({ aside }) => !aside);
    const more = own.filter(({ key }) => !held.some((it) => it.key === key));
    const [first = own[0]] = held;
    const last = more.at(-1);
    // Told once for each table, at the statement that locks it beside another.
    if (first === undefined || last === undefined || last.key === first.key) return [];
    return [{ subject: `${last.table} while ${first.table} is locked` }];
  },
};
