import type { ColumnType, Name } from "./tree.ts";

/** A column as the migrations made it. */
export interface Column {
  readonly type?: ColumnType | undefined;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** It was there before this release. */
  readonly released: boolean;
}

export interface TableConstraint {
  readonly kind: "check" | "foreign" | "unique" | "primary" | "exclusion" | "not-null";
  readonly validated: boolean;
  /** Columns that it keeps from being NULL. */
  readonly notNullColumns: readonly string[];
  readonly released: boolean;
  /** Where it was added: two statements with the same text were applied in one transaction. */
  readonly addedIn: string;
}

export interface Table {
  readonly released: boolean;
  readonly partitioned: boolean;
  readonly columns: Map<string, Column>;
  readonly constraints: Map<string, TableConstraint>;
}

export interface Index {
  /** Key of its table. */
  readonly table: string;
  readonly unique: boolean;
  readonly released: boolean;
}

/** What else has a name: views, types, functions, triggers, … */
export type ObjectKind = "view" | "type" | "function" | "trigger" | "sequence" | "schema" | "policy" | "rule" | "other";

/**
 * The schema as migrations have made it so far. What it does not know was there before this release: a migration that was never
 * seen may have made it.
 */
export class Schema {
  readonly tables = new Map<string, Table>();
  readonly indexes = new Map<string, Index>();
  /** Functions that migrations made, and whether each may give another value at each call. */
  readonly volatile = new Map<string, boolean>();
  readonly #objects = new Map<string, boolean>();
  readonly #anythingBefore: boolean;
  #defaultSchema = "public";

  /** @param anythingBefore false when nothing is live: then nothing was there before, either */
  constructor(anythingBefore: boolean) {
    this.#anythingBefore = anythingBefore;
  }

  /** Where names without a schema are made from now on. */
  searchIn(schema: string): void {
    this.#defaultSchema = schema;
  }

  key({ schema, name }: Name): string {
    const temporary = `pg_temp.${name}`;
    if (schema === undefined && (this.tables.has(temporary) || this.indexes.has(temporary))) return temporary;
    return `${schema ?? this.#defaultSchema}.${name}`;
  }

  table(name: Name): Table | undefined {
    return this.tables.get(this.key(name));
  }

  column(table: Name, column: string): Column | undefined {
    return this.table(table)?.columns.get(column);
  }

  /** Whether a table was there before this release. */
  isOld(table: Name): boolean {
    return this.#anythingBefore && (this.table(table)?.released ?? true);
  }

  isOldColumn(table: Name, column: string): boolean {
    return this.isOld(table) && (this.column(table, column)?.released ?? true);
  }

  isOldIndex(index: Name): boolean {
    return this.#anythingBefore && (this.indexes.get(this.key(index))?.released ?? true);
  }

  isOldObject(kind: ObjectKind, key: string): boolean {
    return this.#anythingBefore && (this.#objects.get(`${kind} ${key}`) ?? true);
  }

  /** Whether there was anything before this release at all. */
  get hasPast(): boolean {
    return this.#anythingBefore;
  }

  made(kind: ObjectKind, key: string, released: boolean): void {
    // What is replaced was there before.
    if (!this.#objects.has(`${kind} ${key}`)) this.#objects.set(`${kind} ${key}`, released);
  }

  dropped(kind: ObjectKind, key: string): void {
    this.#objects.delete(`${kind} ${key}`);
  }
}
