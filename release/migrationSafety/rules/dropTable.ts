import type { MigrationRule } from "../rule.ts";
import { bodyOf, nameOf, shown, textsOf } from "../tree.ts";

/** DROP TABLE, and DROP SCHEMA with what is in it. */
export const dropTable: MigrationRule = {
  id: "drop-table",
  title: "Drops a table that the live version may use",
  severity: "critical",
  concern: "compatibility",
  why: "the live version serves until the switch, and again after a rollback; its queries on the table fail, and the rows are gone",
  rewrite: "release a version that does not use it first; drop it in a release after that one",
  check({ statement, schema }) {
    const drop = bodyOf(statement.node, "DropStmt");
    const objects = drop?.objects ?? [];
    if (drop?.removeType === "OBJECT_SCHEMA") {
      return objects
        .map((object) => textsOf(object).at(-1) ?? "")
        .filter((name) => schema.isOldObject("schema", name))
        .map((name) => ({ subject: `schema ${name}` }));
    }
    if (drop?.removeType !== "OBJECT_TABLE" && drop?.removeType !== "OBJECT_FOREIGN_TABLE") return [];
    return objects
      .map((object) => nameOf(textsOf(object)))
      .filter((name) => schema.isOld(name))
      .map((name) => ({ subject: shown(name) }));
  },
};
