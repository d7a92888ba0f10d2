import { alterations } from "../alterations.ts";
import { objectsDropped } from "../apply.ts";
import type { MigrationRule } from "../rule.ts";
import { bodyOf, nameOf, shown, textsOf } from "../tree.ts";

/** DROP of views, functions, types, sequences, triggers, policies, extensions, and of what keeps rows unique. */
export const dropInUse: MigrationRule = {
  id: "drop-in-use",
  title: "Drops what the live version may use or rely on",
  severity: "high",
  concern: "compatibility",
  why: "the live version serves until the switch, and again after a rollback; its queries fail, or what it relies on no longer happens",
  rewrite:
    "replace it with CREATE OR REPLACE where it stays the same to its users; else drop it in a release after one that does not use it",
  check(it) {
    const { statement, schema } = it;
    const constraints = alterations(it, "AT_DropConstraint").filter(({ table, name }) => {
      const known = schema.table(table)?.constraints.get(name);
      return known?.released === true && (known.kind === "unique" || known.kind === "primary");
    });
    const drop = bodyOf(statement.node, "DropStmt");
    const found = constraints.map(({ shown: table, name }) => ({ subject: `constraint ${name} on ${table}` }));
    if (bodyOf(statement.node, "DropOwnedStmt") !== undefined && schema.hasPast) return [{ subject: "DROP OWNED" }];
    if (drop === undefined) return found;
    if (drop.removeType === "OBJECT_INDEX") {
      return (drop.objects ?? [])
        .map((object) => nameOf(textsOf(object)))
        .filter((name) => schema.isOldIndex(name) && schema.indexes.get(schema.key(name))?.unique === true)
        .map((name) => ({ subject: `unique index ${shown(name)}` }));
    }
    if (["OBJECT_TABLE", "OBJECT_FOREIGN_TABLE", "OBJECT_SCHEMA"].includes(drop.removeType ?? "")) return found;
    const kind = (drop.removeType ?? "").replace("OBJECT_", "").toLowerCase().replace("matview", "materialized view");
    return objectsDropped(drop, schema)
      .filter(([type, key]) => schema.isOldObject(type, key))
      .map(([, key]) => ({ subject: `${kind} ${key.replace(/^public\./, "")}` }));
  },
};
