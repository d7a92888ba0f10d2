import type { Constraint } from "libpg-query";
import { alterations } from "../alterations.ts";
import { constraintKind } from "../constraints.ts";
import type { Hit, MigrationRule } from "../rule.ts";
import { bodyOf } from "../tree.ts";

export const addConstraint: MigrationRule = {
  id: "add-constraint",
  title: "Adds a constraint that is checked or built at once",
  severity: "high",
  concern: "locking",
  why: "PostgreSQL reads the whole table, or builds an index of it, under a lock that writers wait for; a foreign key locks both tables",
  rewrite:
    "FOREIGN KEY and CHECK: add them NOT VALID, and VALIDATE CONSTRAINT in a migration after it; UNIQUE and PRIMARY KEY: CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX",
  check(it) {
    return alterations(it, "AT_AddConstraint", "AT_AddColumn").flatMap(({ shown, part }) => {
      const column = bodyOf(part.def, "ColumnDef");
      const constraints =
        column === undefined
          ? [bodyOf(part.def, "Constraint")]
          : (column.constraints ?? []).map((node) => bodyOf(node, "Constraint"));
      return constraints.flatMap((constraint) => {
        const hit = constraint === undefined ? undefined : hitOf(constraint, shown, column?.colname);
        return hit === undefined ? [] : [hit];
      });
    });
  },
};

function hitOf(it: Constraint, table: string, column: string | undefined): Hit | undefined {
  const kind = constraintKind(it);
  const name = it.conname ?? "…";
  const subject = `${kind} ${it.conname ?? ""}${column === undefined ? "" : ` of ${column}`} on ${table}`.replace(
    / +/g,
    " ",
  );
  switch (kind) {
    case "foreign":
    case "check":
      return it.skip_validation === true || it.is_enforced === false
        ? undefined
        : {
            subject,
            rewrite: `ALTER TABLE ${table} ADD CONSTRAINT ${name} … NOT VALID; in the next migration ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`,
          };
    case "not-null":
      // In ADD COLUMN it is another rule's: add-required-column.
      return column !== undefined || it.skip_validation === true ? undefined : { subject };
    case "unique":
    case "primary":
      return it.indexname !== undefined
        ? undefined
        : {
            subject,
            rewrite: `CREATE UNIQUE INDEX CONCURRENTLY … ON ${table} …, alone in its own migration; then ALTER TABLE ${table} ADD CONSTRAINT ${name} ${kind === "unique" ? "UNIQUE" : "PRIMARY KEY"} USING INDEX …`,
          };
    case "exclusion":
      return {
        subject,
        rewrite: "an exclusion constraint cannot be added without building it: do it in a planned downtime",
      };
    default:
      return undefined;
  }
}
