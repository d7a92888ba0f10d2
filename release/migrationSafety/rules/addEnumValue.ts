import type { MigrationRule } from "../rule.ts";
import { bodyOf, nameOf, shown, textsOf } from "../tree.ts";

const harmless = new Set(["VariableSetStmt", "TransactionStmt", "AlterEnumStmt", "CommentStmt"]);

export const addEnumValue: MigrationRule = {
  id: "add-enum-value",
  title: "Adds a value to an enum in a transaction with other statements",
  severity: "medium",
  concern: "certainty",
  why: "the value cannot be used before the transaction ends, so what follows may fail; before PostgreSQL 12 the statement itself does",
  rewrite: "put ALTER TYPE … ADD VALUE into a migration of its own",
  check({ statement, schema, migration }) {
    const it = bodyOf(statement.node, "AlterEnumStmt");
    const name = nameOf(textsOf(it?.typeName));
    if (it === undefined || it.oldVal !== undefined || !schema.isOldObject("type", schema.key(name))) return [];
    const others = migration.statements.some(
      (other) => other.transaction === statement.transaction && !harmless.has(other.kind),
    );
    return statement.transaction !== undefined && others ? [{ subject: `${shown(name)}: ${it.newVal}` }] : [];
  },
};
