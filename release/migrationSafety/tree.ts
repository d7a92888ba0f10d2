import type { Node, RangeVar, TypeName } from "libpg-query";

/** The parser's names of nodes. */
export type Kind = Node extends infer N ? (N extends N ? keyof N : never) : never;
/** What the parser found under a name. */
export type Body<K extends Kind> = Extract<Node, Record<K, unknown>>[K];

/** A name as written: the schema is absent where none is written. */
export interface Name {
  readonly schema?: string | undefined;
  readonly name: string;
}

/** The body of a node of one kind; undefined for another kind. */
export function bodyOf<K extends Kind>(node: Node | undefined, kind: K): Body<K> | undefined {
  if (node === undefined || !Object.hasOwn(node, kind)) return undefined;
  return Reflect.get(node, kind) as Body<K>;
}

/** The parser's name of a node, such as `AlterTableStmt`. */
export function kindOf(node: Node | undefined): string {
  return node === undefined ? "unknown" : (Object.keys(node)[0] ?? "unknown");
}

export function relationName(relation: RangeVar | undefined): Name {
  // A temporary table is found before all others of its name.
  const schema = relation?.relpersistence === "t" ? "pg_temp" : relation?.schemaname;
  return { schema, name: relation?.relname ?? "" };
}

/** The text of a `String` node. */
export function textOf(node: Node | undefined): string | undefined {
  return bodyOf(node, "String")?.sval;
}

/** The texts of a list of `String` nodes, whether in a `List` node or not. */
export function textsOf(nodes: readonly Node[] | Node | undefined): string[] {
  if (nodes === undefined) return [];
  const list = Array.isArray(nodes) ? nodes : (bodyOf(nodes as Node, "List")?.items ?? [nodes as Node]);
  return (list as readonly Node[]).flatMap((node) => textOf(node) ?? []);
}

/** The last text as the name, the one before as its schema. */
export function nameOf(texts: readonly string[]): Name {
  return { schema: texts.at(-2), name: texts.at(-1) ?? "" };
}

/** A type without `pg_catalog`, with its modifiers: `varchar` with `[20]`. */
export interface ColumnType {
  readonly name: string;
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

export function typeOf(type: TypeName | undefined): ColumnType | undefined {
  if (type === undefined) return undefined;
  const texts = textsOf(type.names);
  const modifiers = (type.typmods ?? []).flatMap((node) => {
    const constant = bodyOf(node, "A_Const");
    return constant?.ival === undefined ? [] : [constant.ival.ival ?? 0];
  });
  return {
    name: texts[0] === "pg_catalog" ? texts.slice(1).join(".") : texts.join("."),
    modifiers,
    array: (type.arrayBounds ?? []).length > 0,
  };
}

/** A constant as text; undefined for what is none. */
export function constantText(node: Node | undefined): string | undefined {
  const cast = bodyOf(node, "TypeCast");
  if (cast !== undefined) return constantText(cast.arg);
  const it = bodyOf(node, "A_Const");
  if (it === undefined) return undefined;
  if (it.sval !== undefined) return it.sval.sval ?? "";
  if (it.ival !== undefined) return String(it.ival.ival ?? 0);
  return it.fval?.fval;
}

/** Every node of one kind at any depth, the outermost first. Without recursion: depth is the script's choice. */
export function within<K extends Kind>(root: unknown, kind: K): Body<K>[] {
  const found: Body<K>[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value).reverse()) {
      if (key === kind && typeof inner === "object" && inner !== null) found.push(inner as Body<K>);
      open.push(inner);
    }
  }
  return found;
}

/** A name as it is shown. */
export function shown({ schema, name }: Name): string {
  return schema === undefined || schema === "public" ? name : `${schema}.${name}`;
}
