import { alterations } from "../alterations.ts";
import type { MigrationRule } from "../rule.ts";
import { bodyOf, typeOf } from "../tree.ts";
import { volatileFunctions } from "../volatile.ts";

/** A constant and now() are written down once, for all rows; another value for each row is not. */
export const volatileDefault: MigrationRule = {
  id: "volatile-default",
  title: "Adds a column whose value is computed for each row",
  severity: "high",
  concern: "locking",
  why: "PostgreSQL writes the whole table anew under a lock that everyone waits for",
  rewrite: "add the column without a default, then SET DEFAULT for new rows, and fill those that are there in batches",
  check(it) {
    return alterations(it, "AT_AddColumn").flatMap(({ shown, part }) => {
      const column = bodyOf(part.def, "ColumnDef");
      const subject = `${shown}.${column?.colname}`;
      const type = typeOf(column?.typeName)?.name ?? "";
      if (/^(small|big)?serial\d?$/.test(type)) return [{ subject: `${subject}: ${type}` }];
      return (column?.constraints ?? []).flatMap((node) => {
        const constraint = bodyOf(node, "Constraint");
        if (constraint?.contype === "CONSTR_IDENTITY") return [{ subject: `${subject}: identity` }];
        if (constraint?.contype === "CONSTR_GENERATED") {
          return constraint.generated_kind === "v" ? [] : [{ subject: `${subject}: stored` }];
        }
        if (constraint?.contype !== "CONSTR_DEFAULT") return [];
        return volatileFunctions(constraint.raw_expr, it.schema).map((name) => ({ subject: `${subject}: ${name}` }));
      });
    });
  },
};
