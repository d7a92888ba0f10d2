import { shortestReason } from "./allowance.ts";
import { apply } from "./apply.ts";
import { brief, type MigrationFinding } from "./finding.ts";
import { locksOf } from "./locks.ts";
import { LockTimeout } from "./lockTimeout.ts";
import { placeOf } from "./place.ts";
import { rowChangesOf } from "./rowChanges.ts";
import type { Hit, MigrationRule, RuleInput, SeenStatement } from "./rule.ts";
import { statementRules } from "./rules/index.ts";
import { cannotBeRead, expandAndContract } from "./rules/releaseRules.ts";
import { Schema } from "./schema.ts";
import type { Migration, MigrationStatement, Runner } from "./statement.ts";
import { bodyOf, relationName } from "./tree.ts";

/** The migrations of a release. */
export interface ReleaseMigrations {
  /** Those that the live version has, in order; undefined when nothing is live. */
  readonly released: readonly Migration[] | undefined;
  /** Those that this release adds, in order. */
  readonly pending: readonly Migration[];
  readonly runner: Runner;
}

const contracting: readonly string[] = ["drop-table", "drop-column", "rename", "drop-in-use"];

/** Everything that the rules find in a release's migrations, in their order. Pure, and never throws. */
export function judgeMigrations({ released, pending, runner }: ReleaseMigrations): MigrationFinding[] {
  const schema = new Schema(released !== undefined);
  for (const migration of released ?? []) {
    for (const statement of migration.statements) {
      apply(statement, { schema, released: true, place: placeOf(migration, statement) });
    }
    schema.searchIn("public");
  }
  const lockTimeout = new LockTimeout(runner.lockTimeoutMs);
  const findings: MigrationFinding[] = [];
  const contracts: { migration: Migration; statement: MigrationStatement }[] = [];
  let expands = false;
  for (const migration of pending) {
    if (migration.defect !== undefined) findings.push(defectOf(migration));
    const transactions = new Map<number, Held>();
    // A file that another program applies begins with that program's settings.
    const timeout = runner.applies === "ours" ? lockTimeout : new LockTimeout(runner.lockTimeoutMs);
    for (const statement of migration.statements) {
      const effects = { statement, locks: locksOf(statement, schema), changes: rowChangesOf(statement, schema) };
      const held = heldIn(transactions, statement);
      const before = held.seen;
      const it = { ...effects, schema, migration, runner, before, lockTimeoutMs: timeout.during(statement) };
      const found = statementRules.flatMap((rule) => rule.check(it).map((hit) => findingOf(rule, hit, it)));
      if (found.some(({ rule }) => contracting.includes(rule))) contracts.push({ migration, statement });
      expands ||= isExpanding(it);
      findings.push(...found);
      hold(held, effects, schema);
      timeout.after(statement);
      apply(statement, { schema, released: false, place: placeOf(migration, statement) });
    }
    timeout.migrationEnds();
  }
  const [contract] = contracts;
  if (expands && contract !== undefined) {
    findings.push(
      findingOf(expandAndContract, { subject: `${contracts.length} of its statements take away` }, contract),
    );
  }
  return findings;
}

/** What a transaction did so far: of every table only what first locked and what first changed it, however long it is. */
interface Held {
  readonly seen: SeenStatement[];
  readonly keys: Set<string>;
}

function heldIn(transactions: Map<number, Held>, { transaction }: MigrationStatement): Held {
  const known = transaction === undefined ? undefined : transactions.get(transaction);
  const held = known ?? { seen: [], keys: new Set<string>() };
  if (transaction !== undefined) transactions.set(transaction, held);
  return held;
}

function hold(held: Held, it: SeenStatement, schema: Schema): void {
  const keys = [
    ...it.locks.map(({ key, aside }) => `${aside ? "aside" : "lock"} ${key}`),
    ...it.changes.map(({ table }) => `change ${schema.key(table)}`),
  ];
  if (keys.every((key) => held.keys.has(key))) return;
  for (const key of keys) held.keys.add(key);
  held.seen.push(it);
}

/** Adds a table, or a column to an old one. */
function isExpanding({ statement, schema }: RuleInput): boolean {
  const alter = bodyOf(statement.node, "AlterTableStmt");
  const adds = (alter?.cmds ?? []).some((node) => bodyOf(node, "AlterTableCmd")?.subtype === "AT_AddColumn");
  const permanent = bodyOf(statement.node, "CreateStmt")?.relation?.relpersistence;
  return (adds && schema.isOld(relationName(alter?.relation))) || (permanent !== undefined && permanent !== "t");
}

function findingOf(
  rule: Omit<MigrationRule, "check">,
  hit: Hit,
  { migration, statement }: { readonly migration: Migration; readonly statement: MigrationStatement },
): MigrationFinding {
  const allowance = statement.allowed.find((it) => it.rule === rule.id && it.reason.length >= shortestReason);
  return {
    rule: rule.id,
    migration: brief(migration.name, 300),
    statement: statement.number,
    line: statement.line,
    text: brief(statement.text.slice(0, 2_000), 200),
    subject: brief(hit.subject, 300),
    why: rule.why,
    rewrite: brief(hit.rewrite ?? rule.rewrite, 800),
    ...(allowance === undefined ? {} : { allowed: allowance.reason }),
  };
}

function defectOf({ name, defect }: Migration): MigrationFinding {
  const { id, why, rewrite } = cannotBeRead;
  const subject = brief(defect?.message ?? "", 300);
  return {
    rule: id,
    migration: brief(name, 300),
    statement: 0,
    line: defect?.line ?? 1,
    text: "",
    subject,
    why,
    rewrite,
  };
}
