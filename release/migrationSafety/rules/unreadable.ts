import type { MigrationRule } from "../rule.ts";
import { bodyOf, textsOf } from "../tree.ts";

/** PostgreSQL's own functions that migrations call and that change no schema. */
const known = /^(pg_\w+|set_config|setval|nextval|currval|count|now|current_setting|format|version|coalesce)$/;

export const unreadable: MigrationRule = {
  id: "unreadable",
  title: "Hides what it does from being read",
  severity: "high",
  concern: "certainty",
  why: "text that is put together and executed, and a function or procedure that is called, may change anything; what cannot be read cannot be judged",
  rewrite: "write the statements themselves into the migration",
  check({ statement, schema }) {
    if (!schema.hasPast) return [];
    const { unreadable: why, node } = statement;
    if (why !== undefined) return [{ subject: why }];
    const call = bodyOf(node, "CallStmt")?.funccall;
    if (call !== undefined) return [{ subject: `CALL ${textsOf(call.funcname).join(".")}` }];
    const select = bodyOf(node, "SelectStmt");
    // A query of tables reads; a call by itself is made for what it does.
    if (select === undefined || select.fromClause !== undefined) return [];
    return (select.targetList ?? []).flatMap((target) => {
      const name = textsOf(bodyOf(bodyOf(target, "ResTarget")?.val, "FuncCall")?.funcname);
      return name.length === 0 || known.test(name.at(-1) ?? "") ? [] : [{ subject: `calls ${name.join(".")}` }];
    });
  },
};
