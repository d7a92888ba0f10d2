import type { Migration, MigrationStatement } from "./statement.ts";

/** Where a statement is applied: the same text for two statements of one transaction. */
export function placeOf(migration: Pick<Migration, "name">, { transaction, number }: MigrationStatement): string {
  return JSON.stringify([migration.name, transaction ?? `alone ${number}`]);
}
