import { alterations } from "../alterations.ts";
import type { MigrationRule } from "../rule.ts";
import { bodyOf, textsOf, typeOf } from "../tree.ts";
import { keepsRows, typeText } from "../typeChange.ts";

export const changeType: MigrationRule = {
  id: "change-type",
  title: "Changes a column's type in a way that rewrites the table",
  severity: "high",
  concern: "locking",
  why: "PostgreSQL writes the whole table and its indexes anew, or reads all of it, under a lock that everyone waits for; the live version may not take the new type",
  rewrite:
    "add a column of the new type, fill it in batches, release a version that uses it, and drop the old one in a later release",
  check(it) {
    return alterations(it, "AT_AlterColumnType").flatMap(({ table, shown, part, name }) => {
      const definition = bodyOf(part.def, "ColumnDef");
      const from = it.schema.column(table, name)?.type;
      const to = typeOf(definition?.typeName);
      // USING with anything but the column itself is computed for each row.
      const using = definition?.raw_default;
      const cast = bodyOf(using, "TypeCast");
      const itself = textsOf(bodyOf(cast?.arg ?? using, "ColumnRef")?.fields).at(-1) === name;
      const plain = using === undefined || itself;
      if (plain && definition?.collClause === undefined && keepsRows(from, to)) return [];
      return [{ subject: `${shown}.${name} from ${typeText(from)} to ${typeText(to)}` }];
    });
  },
};
