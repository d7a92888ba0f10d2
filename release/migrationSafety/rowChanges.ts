import type { Node, RangeVar } from "libpg-query";
import type { Schema } from "./schema.ts";
import type { MigrationStatement } from "./statement.ts";
import { bodyOf, type Name, relationName, within } from "./tree.ts";

/** Rows of a table that was there before this release and are changed by a statement. */
export interface RowChange {
  readonly how: "UPDATE" | "DELETE" | "TRUNCATE" | "MERGE" | "INSERT" | "COPY";
  readonly table: Name;
  /** Nothing of the row itself decides whether it is changed. */
  readonly all: boolean;
}

/** What a statement changes in old tables, also in its WITH. */
export function rowChangesOf({ node, kind }: MigrationStatement, schema: Schema): RowChange[] {
  // A function's, rule's or view's body is not run now.
  if (["CreateFunctionStmt", "RuleStmt", "ViewStmt"].includes(kind)) return [];
  const one = (how: RowChange["how"], relation: RangeVar | undefined, all: boolean): RowChange => ({
    how,
    table: relationName(relation),
    all,
  });
  const changes = [
    ...within(node, "UpdateStmt").map((it) => one("UPDATE", it.relation, chooses(it.whereClause) === false)),
    ...within(node, "DeleteStmt").map((it) => one("DELETE", it.relation, chooses(it.whereClause) === false)),
    ...within(node, "MergeStmt").map((it) => one("MERGE", it.relation, chooses(it.joinCondition) === false)),
    // Rows that are written out are few.
    ...within(node, "InsertStmt").flatMap((it) =>
      bodyOf(it.selectStmt, "SelectStmt")?.valuesLists === undefined && it.selectStmt !== undefined
        ? [one("INSERT", it.relation, false)]
        : [],
    ),
    ...within(node, "CopyStmt").flatMap((it) => (it.is_from === true ? [one("COPY", it.relation, false)] : [])),
    ...within(node, "TruncateStmt").flatMap((it) =>
      (it.relations ?? []).map((relation) => one("TRUNCATE", bodyOf(relation, "RangeVar"), true)),
    ),
  ];
  return changes.filter(({ table }) => table.name !== "" && schema.isOld(table));
}

/** Whether a condition looks at the row. `WHERE true` and `WHERE 1 = 1` do not. */
function chooses(condition: Node | undefined): boolean {
  return within(condition, "ColumnRef").length > 0 || within(condition, "CurrentOfExpr").length > 0;
}
