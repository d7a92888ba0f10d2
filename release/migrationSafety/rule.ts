import type { Severity } from "../checklist/item.ts";
import type { TableLock } from "./locks.ts";
import type { RowChange } from "./rowChanges.ts";
import type { Schema } from "./schema.ts";
import type { Migration, MigrationStatement, Runner } from "./statement.ts";

/**
 * What a rule guards. `compatibility`: the live version goes on working. `locking`: nobody waits. Both do not matter while a planned
 * downtime lasts. `certainty`: the migration can be applied, and what it does can be read.
 */
export type RuleConcern = "compatibility" | "locking" | "certainty";

/** One thing that a rule finds in a statement. */
export interface Hit {
  /** What it is about, such as `users.email`. */
  readonly subject: string;
  /** How to reach the same safely, with the names of this statement. */
  readonly rewrite?: string;
}

/** A statement that was read before, with what it does to tables that were there before this release. */
export interface SeenStatement {
  readonly statement: MigrationStatement;
  readonly locks: readonly TableLock[];
  readonly changes: readonly RowChange[];
}

/** What a rule is given. */
export interface RuleInput extends SeenStatement {
  /** The schema before the statement. */
  readonly schema: Schema;
  readonly migration: Migration;
  readonly runner: Runner;
  /** What was read before in the same transaction, in order. */
  readonly before: readonly SeenStatement[];
  /** The lock timeout that the statement runs with, milliseconds; 0 is none. */
  readonly lockTimeoutMs: number;
}

/** A rule that migrations hold to. */
export interface MigrationRule {
  /** Such as `drop-column`; what an allowance names. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly concern: RuleConcern;
  /** What happens otherwise, in a sentence. */
  readonly why: string;
  /** How to reach the same safely. */
  readonly rewrite: string;
  readonly check: (it: RuleInput) => readonly Hit[];
}
