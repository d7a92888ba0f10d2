import { refusesTransaction } from "../../sql/refusesTransaction.ts";
import type { MigrationRule } from "../rule.ts";

export const concurrentlyInTransaction: MigrationRule = {
  id: "concurrently-in-transaction",
  title: "Runs in a transaction what PostgreSQL refuses there",
  severity: "critical",
  concern: "certainty",
  why: "CREATE INDEX CONCURRENTLY, VACUUM and the like fail in a transaction, whether it is opened by BEGIN or by applying a file of several statements as one",
  rewrite: "put it alone into a migration of its own, without BEGIN",
  check({ statement }) {
    const { kind, node, text, transaction, inBlock } = statement;
    // A block is always in one; one that ends transactions itself is judged by where it stands.
    const refused = refusesTransaction(kind, { ...Object.values(node)[0] }, text);
    return refused && (inBlock || transaction !== undefined)
      ? [{ subject: text.replace(/\s+/g, " ").slice(0, 60) }]
      : [];
  },
};
