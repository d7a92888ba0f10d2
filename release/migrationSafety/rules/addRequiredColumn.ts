import { alterations } from "../alterations.ts";
import type { MigrationRule } from "../rule.ts";
import { bodyOf, typeOf } from "../tree.ts";

export const addRequiredColumn: MigrationRule = {
  id: "add-required-column",
  title: "Adds a column that must have a value but has no default",
  severity: "critical",
  concern: "compatibility",
  why: "rows that are there have no value for it, and neither have those that the live version writes: both are refused",
  rewrite: "add it with a constant default, or without NOT NULL",
  check(it) {
    return alterations(it, "AT_AddColumn").flatMap(({ shown, part }) => {
      const column = bodyOf(part.def, "ColumnDef");
      const types = (column?.constraints ?? []).flatMap((node) => bodyOf(node, "Constraint")?.contype ?? []);
      const has = (...wanted: string[]) => types.some((type) => wanted.includes(type));
      const serial = /serial/.test(typeOf(column?.typeName)?.name ?? "");
      if (serial || has("CONSTR_DEFAULT", "CONSTR_GENERATED", "CONSTR_IDENTITY")) return [];
      return has("CONSTR_NOTNULL", "CONSTR_PRIMARY") ? [{ subject: `${shown}.${column?.colname}` }] : [];
    });
  },
};
