import type { AlterTableCmd } from "libpg-query";
import { partsOf } from "./applyAlter.ts";
import type { RuleInput } from "./rule.ts";
import { bodyOf, type Name, relationName, shown } from "./tree.ts";

/** One part of an ALTER TABLE on a table that was there before this release. */
export interface Alteration {
  readonly table: Name;
  /** The table as it is shown. */
  readonly shown: string;
  readonly part: AlterTableCmd;
  /** The column or constraint it names; empty where it names none. */
  readonly name: string;
}

/** The parts of a statement that is an ALTER TABLE on an old table, of the given kinds. */
export function alterations({ statement, schema }: RuleInput, ...kinds: readonly string[]): Alteration[] {
  const it = bodyOf(statement.node, "AlterTableStmt");
  const table = relationName(it?.relation);
  if (it === undefined || !schema.isOld(table)) return [];
  return partsOf(it)
    .filter((part) => kinds.includes(part.subtype ?? ""))
    .map((part) => ({ table, shown: shown(table), part, name: part.name ?? "" }));
}
