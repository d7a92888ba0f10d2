import type { MigrationRule } from "../rule.ts";
import { shown } from "../tree.ts";

export const changeAllRows: MigrationRule = {
  id: "change-all-rows",
  title: "Changes or deletes every row of a table",
  severity: "high",
  concern: "locking",
  why: "every row stays locked until the end, the table grows to twice its size, and what was in it is gone",
  rewrite: "change rows in batches, by ranges of the key with a commit after each, outside of the migration",
  check: ({ changes }) =>
    changes.filter(({ all }) => all).map(({ how, table }) => ({ subject: `${how} ${shown(table)}` })),
};
