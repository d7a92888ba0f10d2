import { alterations } from "../alterations.ts";
import { placeOf } from "../place.ts";
import type { MigrationRule } from "../rule.ts";

export const validateAtOnce: MigrationRule = {
  id: "validate-at-once",
  title: "Validates a constraint in the transaction that adds it",
  severity: "high",
  concern: "locking",
  why: "the lock that adding it took is held while the whole table is read",
  rewrite: "put VALIDATE CONSTRAINT into a migration of its own, after the one that adds it",
  check(it) {
    return alterations(it, "AT_ValidateConstraint")
      .filter(({ table, name }) => {
        const constraint = it.schema.table(table)?.constraints.get(name);
        return constraint !== undefined && constraint.addedIn === placeOf(it.migration, it.statement);
      })
      .map(({ shown, name }) => ({ subject: `${name} on ${shown}` }));
  },
};
