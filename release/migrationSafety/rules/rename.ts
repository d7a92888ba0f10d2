import type { MigrationRule } from "../rule.ts";
import { bodyOf, nameOf, relationName, shown, textsOf } from "../tree.ts";

const named = new Map([
  ["OBJECT_VIEW", "view"],
  ["OBJECT_MATVIEW", "view"],
  ["OBJECT_TYPE", "type"],
  ["OBJECT_DOMAIN", "type"],
  ["OBJECT_SEQUENCE", "sequence"],
  ["OBJECT_FUNCTION", "function"],
  ["OBJECT_PROCEDURE", "function"],
  ["OBJECT_ROUTINE", "function"],
] as const);

/** RENAME of what queries name, and SET SCHEMA, which renames too. Indexes, constraints and triggers are not named by queries. */
export const rename: MigrationRule = {
  id: "rename",
  title: "Renames what the live version may use",
  severity: "critical",
  concern: "compatibility",
  why: "the live version serves until the switch, and again after a rollback; it knows only the old name",
  rewrite:
    "add the new one beside the old (a column kept the same by the application, a view for a table), release a version that uses it, and drop the old one in a later release",
  check({ statement, schema }) {
    const moved = bodyOf(statement.node, "AlterObjectSchemaStmt");
    if (moved !== undefined) {
      const name = moved.relation === undefined ? undefined : relationName(moved.relation);
      const old = name === undefined ? schema.hasPast : schema.isOld(name);
      return old ? [{ subject: `${name === undefined ? "an object" : shown(name)} to schema ${moved.newschema}` }] : [];
    }
    const it = bodyOf(statement.node, "RenameStmt");
    if (it === undefined) return [];
    const table = relationName(it.relation);
    const to = it.newname ?? "";
    const hit = (from: string) => [{ subject: `${from} to ${to}` }];
    switch (it.renameType) {
      case "OBJECT_TABLE":
        return schema.isOld(table) ? hit(shown(table)) : [];
      case "OBJECT_COLUMN":
        return schema.isOldColumn(table, it.subname ?? "") ? hit(`${shown(table)}.${it.subname}`) : [];
      case "OBJECT_ATTRIBUTE":
        return schema.hasPast ? hit(`${shown(table)}.${it.subname}`) : [];
      case "OBJECT_SCHEMA":
        return schema.isOldObject("schema", it.subname ?? "") ? hit(`schema ${it.subname}`) : [];
      default: {
        const kind = [...named].find(([type]) => type === it.renameType)?.[1];
        if (kind === undefined) return [];
        const texts = textsOf(bodyOf(it.object, "ObjectWithArgs")?.objname ?? it.object);
        const name = it.relation === undefined ? nameOf(texts) : table;
        return schema.isOldObject(kind, schema.key(name)) ? hit(`${kind} ${shown(name)}`) : [];
      }
    }
  },
};
