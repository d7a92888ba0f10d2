import type { Constraint, Node } from "libpg-query";
import type { TableConstraint } from "./schema.ts";
import { bodyOf, textsOf, within } from "./tree.ts";

const kinds: Readonly<Record<string, TableConstraint["kind"]>> = {
  CONSTR_CHECK: "check",
  CONSTR_FOREIGN: "foreign",
  CONSTR_UNIQUE: "unique",
  CONSTR_PRIMARY: "primary",
  CONSTR_EXCLUSION: "exclusion",
  CONSTR_NOTNULL: "not-null",
};

/** What kind of constraint it is; undefined for what only the parser calls one, such as DEFAULT. */
export function constraintKind(it: Constraint): TableConstraint["kind"] | undefined {
  return kinds[it.contype ?? ""];
}

/** Columns that a CHECK keeps from being NULL: `a IS NOT NULL`, alone or joined to others by AND. */
export function notNullColumns(expression: Node | undefined): string[] {
  const open: (Node | undefined)[] = [expression];
  const columns: string[] = [];
  while (open.length > 0) {
    const node = open.pop();
    const and = bodyOf(node, "BoolExpr");
    if (and?.boolop === "AND_EXPR") open.push(...(and.args ?? []));
    const test = bodyOf(node, "NullTest");
    const column = textsOf(bodyOf(test?.arg, "ColumnRef")?.fields).at(-1);
    if (test?.nulltesttype === "IS_NOT_NULL" && column !== undefined) columns.push(column);
  }
  return columns;
}

/** The constraint's name, as PostgreSQL makes one where none is written. */
export function constraintName(it: Constraint, table: string, column?: string): string {
  if (it.conname !== undefined) return it.conname;
  const kind = constraintKind(it);
  const columns = kind === "foreign" ? textsOf(it.fk_attrs) : textsOf(it.keys);
  const all = column === undefined ? columns : [column];
  if (kind === "primary") return `${table}_pkey`;
  if (kind === "check") {
    const named = column ?? onlyColumn(it.raw_expr);
    return named === undefined ? `${table}_check` : `${table}_${named}_check`;
  }
  const ending = { foreign: "fkey", unique: "key", exclusion: "excl", "not-null": "not_null" }[kind ?? "unique"];
  return [table, ...all, ending].join("_");
}

function onlyColumn(expression: Node | undefined): string | undefined {
  const names = new Set(within(expression, "ColumnRef").map((it) => textsOf(it.fields).at(-1)));
  return names.size === 1 ? [...names][0] : undefined;
}

export function tableConstraint(it: Constraint, released: boolean, addedIn: string): TableConstraint | undefined {
  const kind = constraintKind(it);
  if (kind === undefined) return undefined;
  return {
    kind,
    validated: it.skip_validation !== true && it.is_enforced !== false,
    notNullColumns: kind === "check" ? notNullColumns(it.raw_expr) : kind === "not-null" ? textsOf(it.keys) : [],
    released,
    addedIn,
  };
}
