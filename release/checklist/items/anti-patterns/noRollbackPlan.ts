import { derivedItem } from "./derived.ts";

/** The seed's "No rollback plan". */
export const noRollbackPlan = derivedItem({
  id: "anti-patterns/no-rollback-plan",
  title: "No rollback plan",
  severity: "critical",
  unoverridable: false,
  from: ["infrastructure/rollback", "database/rollback-script"],
  rule: "The way back was rehearsed, and the migration, if there is one, has a script that undoes it.",
});
