import { alterations } from "../alterations.ts";
import type { MigrationRule } from "../rule.ts";

export const dropColumn: MigrationRule = {
  id: "drop-column",
  title: "Drops a column that the live version may use",
  severity: "critical",
  concern: "compatibility",
  why: "the live version serves until the switch, and again after a rollback; its queries on the column fail, and its values are gone",
  rewrite: "release a version that does not use it first; drop it in a release after that one",
  check: (it) =>
    alterations(it, "AT_DropColumn")
      .filter(({ table, name }) => it.schema.isOldColumn(table, name))
      .map(({ shown, name }) => ({ subject: `${shown}.${name}` })),
};
