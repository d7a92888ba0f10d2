import type { ColumnDef } from "libpg-query";
import { constraintName, tableConstraint } from "./constraints.ts";
import type { Column, Table } from "./schema.ts";
import { bodyOf, typeOf } from "./tree.ts";

/** A column as it is written in CREATE TABLE and ADD COLUMN. */
export function addColumn(table: Table, tableName: string, it: ColumnDef, released: boolean, place: string): void {
  const name = it.colname ?? "";
  const constraints = (it.constraints ?? []).flatMap((node) => bodyOf(node, "Constraint") ?? []);
  const has = (...types: string[]) => constraints.some(({ contype }) => types.includes(contype ?? ""));
  const type = typeOf(it.typeName);
  const serial = /serial/.test(type?.name ?? "");
  const column: Column = {
    type,
    notNull: serial || has("CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"),
    hasDefault: serial || has("CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"),
    released,
  };
  table.columns.set(name, column);
  for (const constraint of constraints) {
    const made = tableConstraint(constraint, released, place);
    if (made === undefined || made.kind === "not-null") continue;
    table.constraints.set(constraintName(constraint, tableName, name), made);
  }
}
