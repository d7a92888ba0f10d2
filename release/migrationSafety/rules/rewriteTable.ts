import { alterations } from "../alterations.ts";
import type { Hit, MigrationRule } from "../rule.ts";
import { bodyOf, relationName, shown } from "../tree.ts";

const rewriting = [
  "AT_SetTableSpace",
  "AT_SetLogged",
  "AT_SetUnLogged",
  "AT_SetAccessMethod",
  "AT_SetExpression",
] as const;

export const rewriteTable: MigrationRule = {
  id: "rewrite-table",
  title: "Writes a whole table anew",
  severity: "high",
  concern: "locking",
  why: "VACUUM FULL, CLUSTER and the like lock the table against everyone until they are done",
  rewrite: "plain VACUUM needs no such lock; what must be rewritten is rewritten in a planned downtime",
  check(it) {
    const { statement, schema } = it;
    const vacuum = bodyOf(statement.node, "VacuumStmt");
    if (vacuum !== undefined) {
      const full = (vacuum.options ?? []).map((node) => bodyOf(node, "DefElem")).find((one) => one?.defname === "full");
      if (full === undefined || /"(sval|fval)":"(false|off|0)"|"ival":\{\}/.test(JSON.stringify(full.arg ?? "")))
        return [];
      const tables = (vacuum.rels ?? []).map((node) => relationName(bodyOf(node, "VacuumRelation")?.relation));
      if (tables.length === 0) return schema.hasPast ? [{ subject: "VACUUM FULL of every table" }] : [];
      return tables.filter((name) => schema.isOld(name)).map((name) => ({ subject: `VACUUM FULL ${shown(name)}` }));
    }
    const cluster = bodyOf(statement.node, "ClusterStmt");
    if (cluster !== undefined) {
      const name = relationName(cluster.relation);
      const old = cluster.relation === undefined ? schema.hasPast : schema.isOld(name);
      return old ? [{ subject: `CLUSTER ${shown(name)}`.trim() }] : [];
    }
    const refresh = bodyOf(statement.node, "RefreshMatViewStmt");
    if (refresh !== undefined && refresh.concurrent !== true && schema.isOld(relationName(refresh.relation))) {
      return [
        {
          subject: `REFRESH MATERIALIZED VIEW ${shown(relationName(refresh.relation))}`,
          rewrite: "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on it",
        },
      ];
    }
    return alterations(it, ...rewriting).map(
      ({ shown: table, part }): Hit => ({ subject: `${table}: ${(part.subtype ?? "").replace("AT_", "")}` }),
    );
  },
};
