type Tree = Readonly<Record<string, unknown>>;

const alwaysAlone = new Set([
  "AlterSystemStmt",
  "CreatedbStmt",
  "CreateSubscriptionStmt",
  "CreateTableSpaceStmt",
  "DropdbStmt",
  "DropSubscriptionStmt",
  "DropTableSpaceStmt",
]);

/**
 * Whether PostgreSQL refuses a statement inside a transaction: CREATE INDEX CONCURRENTLY, VACUUM, a block that ends transactions.
 *
 * @param kind the parser's name for it, such as `IndexStmt`
 * @param body what the parser found under that name
 */
export function refusesTransaction(kind: string, body: Tree, text: string): boolean {
  if (alwaysAlone.has(kind)) return true;
  if (kind === "IndexStmt" || kind === "DropStmt") return body.concurrent === true;
  if (kind === "VacuumStmt") return body.is_vacuumcmd === true;
  if (kind === "ClusterStmt") return body.relation === undefined;
  if (kind === "ReindexStmt") {
    const whole = ["REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE"];
    return whole.includes(String(body.kind)) || JSON.stringify(body.params ?? "").includes('"concurrently"');
  }
  if (kind === "AlterTableStmt") return JSON.stringify(body).includes('"concurrent":true');
  // A block that ends transactions itself is refused inside one.
  if (kind === "DoStmt")
    return /(^|;|\bbegin\b|\bthen\b|\bloop\b|\belse\b)\s*(commit|rollback)\s*(;|and\b)/i.test(text);
  return false;
}
