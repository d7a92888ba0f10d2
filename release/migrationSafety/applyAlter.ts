import type { AlterTableCmd, AlterTableStmt } from "libpg-query";
import { addColumn } from "./addColumn.ts";
import type { Applied } from "./apply.ts";
import { constraintName, tableConstraint } from "./constraints.ts";
import type { Column, Table } from "./schema.ts";
import { bodyOf, type Name, relationName, textsOf, typeOf } from "./tree.ts";

/** The parts of an ALTER TABLE, in order. */
export function partsOf(it: AlterTableStmt | undefined): AlterTableCmd[] {
  return (it?.cmds ?? []).flatMap((node) => bodyOf(node, "AlterTableCmd") ?? []);
}

/** Brings a table to where ALTER TABLE leaves it. */
export function alterTable(it: AlterTableStmt, applied: Applied): void {
  const name = relationName(it.relation);
  for (const part of partsOf(it)) alterPart(name, part, applied);
}

function alterPart(name: Name, part: AlterTableCmd, { schema, released, place }: Applied): void {
  const table = schema.table(name) ?? unknownTable(name, schema);
  const column = part.name ?? "";
  const change = (to: Partial<Column>): void => {
    const known = table.columns.get(column) ?? { notNull: false, hasDefault: false, released: true };
    table.columns.set(column, { ...known, ...to });
  };
  const definition = bodyOf(part.def, "ColumnDef");
  switch (part.subtype) {
    case "AT_AddColumn":
      // With IF NOT EXISTS the column that is there stays as it is.
      if (part.missing_ok === true && table.columns.has(definition?.colname ?? "")) return;
      if (definition !== undefined) addColumn(table, name.name, definition, released, place);
      return;
    case "AT_DropColumn":
      table.columns.delete(column);
      return;
    case "AT_AlterColumnType":
      change({ type: typeOf(definition?.typeName) });
      return;
    case "AT_SetNotNull":
      change({ notNull: true });
      return;
    case "AT_DropNotNull":
      change({ notNull: false });
      return;
    case "AT_ColumnDefault":
      change({ hasDefault: part.def !== undefined });
      return;
    case "AT_AddIdentity":
      change({ hasDefault: true, notNull: true });
      return;
    case "AT_DropIdentity":
      change({ hasDefault: false });
      return;
    case "AT_AddConstraint": {
      const constraint = bodyOf(part.def, "Constraint");
      const made = constraint === undefined ? undefined : tableConstraint(constraint, released, place);
      if (constraint === undefined || made === undefined) return;
      const only = textsOf(constraint.keys).at(-1);
      table.constraints.set(constraintName(constraint, name.name, made.kind === "not-null" ? only : undefined), made);
      return;
    }
    case "AT_ValidateConstraint": {
      const known = table.constraints.get(column);
      if (known !== undefined) table.constraints.set(column, { ...known, validated: true });
      return;
    }
    case "AT_DropConstraint":
      table.constraints.delete(column);
      return;
    default:
  }
}

/** A table that was never seen to be made: it was there before, and its columns are not known. */
function unknownTable(name: Name, schema: Applied["schema"]): Table {
  const table = { released: true, partitioned: false, columns: new Map(), constraints: new Map() };
  schema.tables.set(schema.key(name), table);
  return table;
}
