import type { MigrationRule } from "../rule.ts";
import { bodyOf, relationName, shown } from "../tree.ts";

export const createTrigger: MigrationRule = {
  id: "create-trigger",
  title: "Creates a trigger or rule on a table that exists already",
  severity: "medium",
  concern: "compatibility",
  why: "it runs for what the live version writes as well, which was never tested with it, and is created under a lock that writers wait for",
  rewrite:
    "let the new version do it itself; where it must be a trigger, let it leave alone what the live version writes, and say so in an allowance",
  check({ statement, schema }) {
    const trigger = bodyOf(statement.node, "CreateTrigStmt");
    const rule = bodyOf(statement.node, "RuleStmt");
    const table = relationName(trigger?.relation ?? rule?.relation);
    if (table.name === "" || !schema.isOld(table)) return [];
    return [{ subject: `${trigger?.trigname ?? rule?.rulename} on ${shown(table)}` }];
  },
};
