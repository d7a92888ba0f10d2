import type { AlterTableCmd, Node } from "libpg-query";
import { partsOf } from "./applyAlter.ts";
import type { Schema } from "./schema.ts";
import type { MigrationStatement } from "./statement.ts";
import { bodyOf, type Name, nameOf, relationName, shown, textsOf, within } from "./tree.ts";

/** A lock on a table that was there before this release, which its readers or writers wait for. */
export interface TableLock {
  readonly key: string;
  readonly table: string;
  /** Held on a table that the statement only refers to, as the other end of a foreign key is. */
  readonly aside: boolean;
}

/** Parts of ALTER TABLE that readers and writers do not wait for. */
const gentle = new Set([
  "AT_ValidateConstraint",
  "AT_SetStatistics",
  "AT_SetOptions",
  "AT_ResetOptions",
  "AT_ClusterOn",
  "AT_DropCluster",
  "AT_SetRelOptions",
  "AT_ResetRelOptions",
  "AT_AttachPartition",
]);

export function isGentle(part: AlterTableCmd): boolean {
  if (part.subtype === "AT_DetachPartition") return bodyOf(part.def, "PartitionCmd")?.concurrent === true;
  return gentle.has(part.subtype ?? "");
}

/** Old tables that a statement locks so that others wait. */
export function locksOf({ node }: MigrationStatement, schema: Schema): TableLock[] {
  const main = lockedTables(node, schema).map((name) => ({ name, aside: false }));
  const aside = referredTables(node).map((name) => ({ name, aside: true }));
  return [...main, ...aside]
    .filter(({ name }) => name.name !== "" && schema.isOld(name))
    .map(({ name, aside }) => ({ key: schema.key(name), table: shown(name), aside }));
}

function lockedTables(node: Node, schema: Schema): Name[] {
  const alter = bodyOf(node, "AlterTableStmt");
  if (alter !== undefined) {
    const table = alter.objtype === undefined || alter.objtype === "OBJECT_TABLE";
    return table && partsOf(alter).some((part) => !isGentle(part)) ? [relationName(alter.relation)] : [];
  }
  const index = bodyOf(node, "IndexStmt");
  if (index !== undefined) return index.concurrent === true ? [] : [relationName(index.relation)];
  const drop = bodyOf(node, "DropStmt");
  if (drop !== undefined) {
    const names = (drop.objects ?? []).map((object) => textsOf(object));
    if (drop.removeType === "OBJECT_TABLE") return names.map(nameOf);
    if (["OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"].includes(drop.removeType ?? "")) {
      return names.map((texts) => nameOf(texts.slice(0, -1)));
    }
    if (drop.removeType !== "OBJECT_INDEX" || drop.concurrent === true) return [];
    return names.flatMap((texts) => {
      const table = schema.indexes.get(schema.key(nameOf(texts)))?.table;
      return table === undefined ? [] : [nameOf(table.split("."))];
    });
  }
  const rename = bodyOf(node, "RenameStmt");
  if (rename !== undefined) {
    const onTable = ["OBJECT_TABLE", "OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY"];
    return onTable.includes(rename.renameType ?? "") ? [relationName(rename.relation)] : [];
  }
  const relation =
    bodyOf(node, "AlterObjectSchemaStmt")?.relation ??
    bodyOf(node, "CreateTrigStmt")?.relation ??
    bodyOf(node, "RuleStmt")?.relation ??
    bodyOf(node, "CreatePolicyStmt")?.table ??
    bodyOf(node, "AlterPolicyStmt")?.table ??
    bodyOf(node, "ClusterStmt")?.relation;
  if (relation !== undefined) return [relationName(relation)];
  const lock = bodyOf(node, "LockStmt");
  // From SHARE on writers wait.
  if (lock !== undefined && (lock.mode ?? 8) >= 5) return rangeVars(lock.relations);
  return rangeVars(bodyOf(node, "TruncateStmt")?.relations);
}

function rangeVars(nodes: readonly Node[] | undefined): Name[] {
  return (nodes ?? []).flatMap((node) => {
    const relation = bodyOf(node, "RangeVar");
    return relation === undefined ? [] : [relationName(relation)];
  });
}

/** The other ends of foreign keys, and the table that a new one is a part of. */
function referredTables(node: Node): Name[] {
  const create = bodyOf(node, "CreateStmt");
  const alter = bodyOf(node, "AlterTableStmt");
  if (create === undefined && alter === undefined) return [];
  const foreign = within(create ?? alter, "Constraint").flatMap(({ pktable }) => pktable ?? []);
  return [...foreign.map(relationName), ...rangeVars(create?.inhRelations)];
}
