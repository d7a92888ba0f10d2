import type { MigrationRule } from "../rule.ts";
import { bodyOf, nameOf, shown, textsOf } from "../tree.ts";

export const renameEnumValue: MigrationRule = {
  id: "rename-enum-value",
  title: "Renames a value of an enum that the live version may use",
  severity: "critical",
  concern: "compatibility",
  why: "the live version writes and compares the old value, which is an error from then on",
  rewrite:
    "add the new value, release a version that reads both and writes the new one, and change the rows that have the old one",
  check({ statement, schema }) {
    const it = bodyOf(statement.node, "AlterEnumStmt");
    const name = nameOf(textsOf(it?.typeName));
    if (it?.oldVal === undefined || !schema.isOldObject("type", schema.key(name))) return [];
    return [{ subject: `${shown(name)}: ${it.oldVal} to ${it.newVal}` }];
  },
};
