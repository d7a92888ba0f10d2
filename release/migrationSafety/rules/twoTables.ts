import type { MigrationRule } from "../rule.ts";

export const twoTables: MigrationRule = {
  id: "two-tables",
  title: "Locks two tables that exist already in one transaction",
  severity: "high",
  concern: "locking",
  why: "the first is held while the second is waited for, and an application that takes them in the other order deadlocks with it",
  rewrite: "put each table's change into a migration of its own",
  check({ locks, before }) {
    const held = new Map(
      before.flatMap((it) => it.locks.filter(({ aside }) => !aside).map(({ key, table }) => [key, table])),
    );
    const had = held.size;
    const first = [...held.values()][0];
    for (const { key, table } of locks.filter(({ aside }) => !aside)) held.set(key, table);
    // Told once, at the statement that locks one more.
    if (held.size < 2 || held.size === had) return [];
    const names = [...held.values()];
    return [{ subject: `${names.at(-1)} while ${first ?? names[0]} is locked` }];
  },
};
