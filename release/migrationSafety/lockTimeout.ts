import type { MigrationStatement } from "./statement.ts";
import { bodyOf, constantText, textsOf, within } from "./tree.ts";

/** A longer wait is as good as none: whoever comes after it waits as long. Milliseconds. */
export const longestLockTimeout = 60_000;

const units: Readonly<Record<string, number>> = {
  us: 0.001,
  "": 1,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** PostgreSQL's text of a time in milliseconds; undefined for what it would refuse. */
export function timeoutMs(text: string): number | undefined {
  const [, number, unit = ""] = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]{0,3})\s*$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

/** The lock timeout in force while migrations are read in order. 0 is none. */
export class LockTimeout {
  readonly #first: number;
  #session: number;
  #local: { readonly transaction: number; readonly ms: number } | undefined;

  /** @param first what the runner sets, milliseconds */
  constructor(first: number) {
    this.#first = first;
    this.#session = first;
  }

  /** What a statement runs with. */
  during({ transaction }: MigrationStatement): number {
    return this.#local !== undefined && this.#local.transaction === transaction ? this.#local.ms : this.#session;
  }

  /** A transaction ends with its migration. */
  migrationEnds(): void {
    this.#local = undefined;
  }

  after(statement: MigrationStatement): void {
    const set = bodyOf(statement.node, "VariableSetStmt");
    if (set?.kind === "VAR_RESET_ALL") this.#session = this.#first;
    if (set !== undefined && set.name === "lock_timeout") {
      const value = set.kind === "VAR_SET_VALUE" ? timeoutMs(constantText(set.args?.[0]) ?? "") : this.#first;
      this.#set(statement, value ?? 0, set.is_local === true);
    }
    if (statement.kind !== "SelectStmt") return;
    for (const call of within(statement.node, "FuncCall")) {
      if (textsOf(call.funcname).at(-1) !== "set_config") continue;
      const [name, value, local] = call.args ?? [];
      if (constantText(name)?.toLowerCase() !== "lock_timeout") continue;
      this.#set(
        statement,
        timeoutMs(constantText(value) ?? "") ?? 0,
        bodyOf(local, "A_Const")?.boolval?.boolval === true,
      );
    }
  }

  #set({ transaction }: MigrationStatement, ms: number, local: boolean): void {
    if (!local) {
      this.#session = ms;
      this.#local = undefined;
    } else if (transaction !== undefined) {
      // Outside of a transaction SET LOCAL does nothing.
      this.#local = { transaction, ms };
    }
  }
}
