import { alterations } from "../alterations.ts";
import type { MigrationRule } from "../rule.ts";
import { bodyOf, relationName, shown } from "../tree.ts";

export const narrowAccess: MigrationRule = {
  id: "narrow-access",
  title: "Takes away access that the live version may need",
  severity: "high",
  concern: "compatibility",
  why: "the live version's queries are refused, or find fewer rows, until the switch and again after a rollback",
  rewrite: "take it away in a release after one that does not need it",
  check(it) {
    const { statement, schema } = it;
    const secured = alterations(it, "AT_EnableRowSecurity", "AT_ForceRowSecurity").map(({ shown: table }) => ({
      subject: `row security on ${table}`,
    }));
    const grant = bodyOf(statement.node, "GrantStmt");
    if (grant === undefined || grant.is_grant === true) return secured;
    const relations = (grant.objects ?? []).flatMap((node) => bodyOf(node, "RangeVar") ?? []);
    if (relations.length === 0) return schema.hasPast ? [{ subject: "REVOKE" }] : [];
    return relations
      .map(relationName)
      .filter((name) => schema.isOld(name))
      .map((name) => ({ subject: `REVOKE on ${shown(name)}` }));
  },
};
