import { alterations } from "../alterations.ts";
import type { MigrationRule } from "../rule.ts";

/** DROP DEFAULT and what takes the way of one away; also of a new column that must not be NULL, which the live version does not know. */
export const dropDefault: MigrationRule = {
  id: "drop-default",
  title: "Drops a default that the live version may rely on",
  severity: "high",
  concern: "compatibility",
  why: "rows that the live version writes without the column get NULL instead, or are refused",
  rewrite: "keep the default until no version that relies on it can come back; drop it in a later release",
  check(it) {
    return alterations(it, "AT_ColumnDefault", "AT_DropIdentity", "AT_DropExpression")
      .filter(({ part }) => part.subtype !== "AT_ColumnDefault" || part.def === undefined)
      .filter(({ table, name }) => {
        const column = it.schema.column(table, name);
        return it.schema.isOldColumn(table, name) || column?.notNull === true;
      })
      .map(({ shown, name }) => ({ subject: `${shown}.${name}` }));
  },
};
