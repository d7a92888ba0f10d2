import type { Node } from "libpg-query";

/** A finding accepted by a comment above its statement. */
export interface Allowance {
  readonly rule: string;
  readonly reason: string;
}

/** One statement of a migration, or of a block in it. */
export interface MigrationStatement {
  /** Its place in the file, from 1; statements of a block have the block's. */
  readonly number: number;
  readonly line: number;
  readonly text: string;
  readonly node: Node;
  /** The parser's name for it. */
  readonly kind: string;
  /** Whether it stands in a `DO` block. */
  readonly inBlock: boolean;
  /** Statements with the same number are applied in one transaction; undefined for one that is applied alone, in none. */
  readonly transaction: number | undefined;
  /** Why what it does cannot be read from it. */
  readonly unreadable?: string;
  readonly allowed: readonly Allowance[];
}

/** A migration's script as it was written. */
export interface MigrationSource {
  readonly name: string;
  readonly text: string;
}

/** A migration taken apart. `defect` says why it cannot be. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly MigrationStatement[];
  readonly defect?: { readonly message: string; readonly line: number };
}

/**
 * Who applies migrations. `ours`: Greenlight's runner, one transaction a file unless its statements do not allow that, with a lock
 * timeout of 5 s. `file`: a program that may send a file as one, such as the team's own Prisma command line.
 */
export interface Runner {
  readonly applies: "ours" | "file";
  /** The lock timeout that the runner sets before a migration, milliseconds; 0 when it sets none. */
  readonly lockTimeoutMs: number;
}
