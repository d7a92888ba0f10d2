import type { Node } from "libpg-query";
import { refusesTransaction } from "../sql/refusesTransaction.ts";
import type { Runner } from "./statement.ts";
import { bodyOf, kindOf } from "./tree.ts";

interface Part {
  readonly node: Node;
  readonly text: string;
}

const begins = new Set(["TRANS_STMT_BEGIN", "TRANS_STMT_START"]);
const inside = new Set(["TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"]);

/**
 * In which transaction each statement of a file is applied; undefined in none of several statements.
 *
 * @returns for each statement a number that those of one transaction share
 */
export function transactionsOf(parts: readonly Part[], runner: Runner): (number | undefined)[] {
  const explicit = explicitTransactions(parts);
  const outside = explicit.some((number) => number === undefined);
  const settingsAside = parts.filter(({ node }) => kindOf(node) !== "VariableSetStmt");
  if (runner.applies === "file") {
    // One statement in a file of its own is sent alone.
    return explicit.map((number) => number ?? (settingsAside.length === 1 ? undefined : 0));
  }
  const own = explicit.some((number) => number !== undefined);
  const wrapped = own && !outside && new Set(explicit).size === 1;
  const alone =
    (own && !wrapped) ||
    parts.some(({ node, text }) => refusesTransaction(kindOf(node), { ...Object.values(node)[0] }, text));
  return alone ? explicit : explicit.map(() => 0);
}

/** Transactions that the script itself opens. */
function explicitTransactions(parts: readonly Part[]): (number | undefined)[] {
  let number = 0;
  let open = false;
  return parts.map(({ node }) => {
    const kind = bodyOf(node, "TransactionStmt")?.kind;
    if (kind !== undefined && begins.has(kind) && !open) {
      open = true;
      number += 1;
      return number;
    }
    const mine = open ? number : undefined;
    if (kind !== undefined && !begins.has(kind) && !inside.has(kind)) open = false;
    return mine;
  });
}
