import type { CreateStmt, DropStmt, IndexStmt, Node, RenameStmt } from "libpg-query";
import { addColumn } from "./addColumn.ts";
import { alterTable } from "./applyAlter.ts";
import { constraintName, tableConstraint } from "./constraints.ts";
import type { ObjectKind, Schema, Table } from "./schema.ts";
import type { MigrationStatement } from "./statement.ts";
import { bodyOf, constantText, type Name, nameOf, relationName, textOf, textsOf } from "./tree.ts";

/** What one statement makes of the schema. */
export interface Applied {
  readonly schema: Schema;
  /** The statement belongs to a migration that the live version has. */
  readonly released: boolean;
  /** Where it is applied: the same text for two statements of one transaction. */
  readonly place: string;
}

/** Brings the schema to where the statement leaves it. */
export function apply(statement: MigrationStatement, it: Applied): void {
  const { node } = statement;
  const { schema, released } = it;
  const create = bodyOf(node, "CreateStmt");
  if (create !== undefined) createTable(create, it);
  const alter = bodyOf(node, "AlterTableStmt");
  if (alter !== undefined) alterTable(alter, it);
  const index = bodyOf(node, "IndexStmt");
  if (index !== undefined) createIndex(index, it);
  const dropping = bodyOf(node, "DropStmt");
  if (dropping !== undefined) drop(dropping, schema);
  const renaming = bodyOf(node, "RenameStmt");
  if (renaming !== undefined) rename(renaming, schema);
  const made = bodyOf(node, "CreateTableAsStmt")?.into?.rel ?? bodyOf(node, "SelectStmt")?.intoClause?.rel;
  // INTO in a block fills a variable.
  if (made !== undefined && !(statement.inBlock && statement.kind === "SelectStmt")) {
    addTable(schema, relationName(made), released);
  }
  const path = bodyOf(node, "VariableSetStmt");
  if (path?.name === "search_path") {
    const first = constantText(path.args?.[0]);
    schema.searchIn(first === undefined || first === "" || first === "$user" ? "public" : first);
  }
  // What may be replaced may have been there before.
  const replaces = [bodyOf(node, "ViewStmt"), bodyOf(node, "CreateFunctionStmt"), bodyOf(node, "CreateTrigStmt")].some(
    (made) => made?.replace === true,
  );
  for (const [kind, key] of objectsMade(node, schema)) schema.made(kind, key, released || replaces);
  const routine = bodyOf(node, "CreateFunctionStmt");
  if (routine !== undefined) {
    const options = (routine.options ?? []).map((option) => bodyOf(option, "DefElem"));
    const said = textOf(options.find((option) => option?.defname === "volatility")?.arg);
    schema.volatile.set(textsOf(routine.funcname).at(-1) ?? "", said !== "immutable" && said !== "stable");
  }
}

function objectsMade(node: Node, schema: Schema): [ObjectKind, string][] {
  const named = (kind: ObjectKind, texts: readonly string[]): [ObjectKind, string][] =>
    texts.length === 0 ? [] : [[kind, schema.key(nameOf(texts))]];
  const view = bodyOf(node, "ViewStmt")?.view;
  const sequence = bodyOf(node, "CreateSeqStmt")?.sequence;
  const trigger = bodyOf(node, "CreateTrigStmt");
  const policy = bodyOf(node, "CreatePolicyStmt");
  const rule = bodyOf(node, "RuleStmt");
  const created = bodyOf(node, "CreateSchemaStmt")?.schemaname;
  return [
    ...(view === undefined ? [] : ([["view", schema.key(relationName(view))]] as [ObjectKind, string][])),
    ...(sequence === undefined ? [] : ([["sequence", schema.key(relationName(sequence))]] as [ObjectKind, string][])),
    ...named("type", textsOf(bodyOf(node, "CreateEnumStmt")?.typeName)),
    ...named("type", textsOf(bodyOf(node, "CreateDomainStmt")?.domainname)),
    ...named("type", textsOf(bodyOf(node, "CreateRangeStmt")?.typeName)),
    ...named("function", textsOf(bodyOf(node, "CreateFunctionStmt")?.funcname)),
    ...(trigger === undefined ? [] : [onTable("trigger", schema, relationName(trigger.relation), trigger.trigname)]),
    ...(policy === undefined ? [] : [onTable("policy", schema, relationName(policy.table), policy.policy_name)]),
    ...(rule === undefined ? [] : [onTable("rule", schema, relationName(rule.relation), rule.rulename)]),
    ...(created === undefined ? [] : ([["schema", created]] as [ObjectKind, string][])),
  ];
}

export function onTable(kind: ObjectKind, schema: Schema, table: Name, name = ""): [ObjectKind, string] {
  return [kind, `${schema.key(table)} ${name}`];
}

function addTable(schema: Schema, name: Name, released: boolean, partitioned = false): Table {
  const table = { released, partitioned, columns: new Map(), constraints: new Map() };
  schema.tables.set(schema.key(name), table);
  return table;
}

function createTable(create: CreateStmt, { schema, released, place }: Applied): void {
  const name = relationName(create.relation);
  // With IF NOT EXISTS the table that is there stays as it is.
  if (create.if_not_exists === true && schema.table(name) !== undefined) return;
  const table = addTable(schema, name, released, create.partspec !== undefined);
  for (const element of [...(create.tableElts ?? []), ...(create.constraints ?? [])]) {
    const column = bodyOf(element, "ColumnDef");
    if (column !== undefined) addColumn(table, name.name, column, released, place);
    const constraint = bodyOf(element, "Constraint");
    const made = constraint === undefined ? undefined : tableConstraint(constraint, released, place);
    if (constraint === undefined || made === undefined) continue;
    table.constraints.set(constraintName(constraint, name.name), made);
    if (made.kind !== "primary") continue;
    for (const key of textsOf(constraint.keys)) {
      const known = table.columns.get(key);
      if (known !== undefined) table.columns.set(key, { ...known, notNull: true });
    }
  }
}

function createIndex(it: IndexStmt, { schema, released }: Applied): void {
  const table = relationName(it.relation);
  const name = it.idxname === undefined ? undefined : { schema: table.schema, name: it.idxname };
  if (name === undefined || (it.if_not_exists === true && schema.indexes.has(schema.key(name)))) return;
  schema.indexes.set(schema.key(name), { table: schema.key(table), unique: it.unique === true, released });
}

const droppedKinds: Readonly<Record<string, ObjectKind>> = {
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "view",
  OBJECT_TYPE: "type",
  OBJECT_DOMAIN: "type",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_FUNCTION: "function",
  OBJECT_PROCEDURE: "function",
  OBJECT_ROUTINE: "function",
  OBJECT_SCHEMA: "schema",
  OBJECT_TRIGGER: "trigger",
  OBJECT_POLICY: "policy",
  OBJECT_RULE: "rule",
};

/** What a DROP names: its kind and key. Tables and indexes are not among them. */
export function objectsDropped(it: DropStmt, schema: Schema): [ObjectKind, string][] {
  const kind = droppedKinds[it.removeType ?? ""] ?? "other";
  return (it.objects ?? []).map((object) => {
    const texts = textsOf(bodyOf(object, "ObjectWithArgs")?.objname ?? bodyOf(object, "TypeName")?.names ?? object);
    if (kind === "schema") return [kind, texts.at(-1) ?? ""];
    const table = nameOf(texts.slice(0, -1));
    if (kind === "trigger" || kind === "policy" || kind === "rule") return onTable(kind, schema, table, texts.at(-1));
    return [kind, schema.key(nameOf(texts))];
  });
}

function drop(it: DropStmt, schema: Schema): void {
  for (const object of it.objects ?? []) {
    const key = schema.key(nameOf(textsOf(object)));
    if (it.removeType === "OBJECT_TABLE" || it.removeType === "OBJECT_MATVIEW") schema.tables.delete(key);
    if (it.removeType === "OBJECT_INDEX") schema.indexes.delete(key);
  }
  for (const [kind, key] of objectsDropped(it, schema)) schema.dropped(kind, key);
}

function rename(it: RenameStmt, schema: Schema): void {
  const from = relationName(it.relation);
  const table = schema.table(from);
  const to = it.newname ?? "";
  if (table === undefined) return;
  if (it.renameType === "OBJECT_TABLE") {
    schema.tables.delete(schema.key(from));
    schema.tables.set(schema.key({ ...from, name: to }), table);
  } else if (it.renameType === "OBJECT_COLUMN") {
    const column = table.columns.get(it.subname ?? "");
    table.columns.delete(it.subname ?? "");
    if (column !== undefined) table.columns.set(to, column);
  } else if (it.renameType === "OBJECT_TABCONSTRAINT") {
    const constraint = table.constraints.get(it.subname ?? "");
    table.constraints.delete(it.subname ?? "");
    if (constraint !== undefined) table.constraints.set(to, constraint);
  }
}
