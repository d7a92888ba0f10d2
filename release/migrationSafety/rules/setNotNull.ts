import { alterations } from "../alterations.ts";
import type { MigrationRule } from "../rule.ts";

export const setNotNull: MigrationRule = {
  id: "set-not-null",
  title: "Sets NOT NULL without a safe path",
  severity: "high",
  concern: "locking",
  why: "PostgreSQL reads the whole table under a lock that every reader and writer waits for, and rows of the live version without a value are refused",
  rewrite:
    "ADD CONSTRAINT … CHECK (column IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT in a migration after it, and only then SET NOT NULL, which then reads nothing",
  check(it) {
    return alterations(it, "AT_SetNotNull")
      .filter(({ table, name }) => {
        const known = it.schema.table(table);
        if (known?.columns.get(name)?.notNull === true) return false;
        // Only a check of this very column counts, and only one that is known to hold for every row.
        return ![...(known?.constraints.values() ?? [])].some(
          (constraint) => constraint.validated && constraint.notNullColumns.includes(name),
        );
      })
      .map(({ shown, name }) => ({
        subject: `${shown}.${name}`,
        rewrite: `ALTER TABLE ${shown} ADD CONSTRAINT ${name}_not_null CHECK (${name} IS NOT NULL) NOT VALID; in the next migration ALTER TABLE ${shown} VALIDATE CONSTRAINT ${name}_not_null; then ALTER TABLE ${shown} ALTER COLUMN ${name} SET NOT NULL`,
      }));
  },
};
