import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Releases that only the rehearsal needs: good ones whose migration takes long enough for a kill to land in it. */
export const interrupted = ["v1.3.0", "v1.3.1"] as const;

/**
 * Writes them into a copy of the shop. Each has a migration of its own on top of those before it, which the project's migration
 * rules have nothing against and whose statements may be run again, and a rollback script that takes it back.
 */
export function addInterruptedReleases(shop: string): void {
  let before = join(shop, "prisma", "migrations");
  for (const [index, version] of interrupted.entries()) {
    const name = `migrations-${version}`;
    const folder = join(shop, "prisma", name);
    cpSync(before, folder, { recursive: true });
    const added = `202605${String(index + 4).padStart(2, "0")}090000_reviews_${index + 1}`;
    mkdirSync(join(folder, added));
    writeFileSync(join(folder, added, "migration.sql"), migration(index + 1));
    writeFileSync(join(shop, "prisma", "rollback", `${version}.sql`), rollbackScript(index + 1, added));
    const manifest = readFileSync(join(shop, "releases", "v1.1.1.yaml"), "utf8")
      .replace("version: v1.1.1", `version: ${version}`)
      .replace("The cheapest products come first", "Room for reviews of products")
      .replace("../prisma/migrations", `../prisma/${name}\n  rollback: ../prisma/rollback/${version}.sql`);
    writeFileSync(join(shop, "releases", `${version}.yaml`), manifest);
    before = folder;
  }
}

function migration(number: number): string {
  return `-- Expand only: what serves now does not know this table. Each statement may be run again.
SET lock_timeout = '2s';

CREATE TABLE IF NOT EXISTS "reviews_${number}" (
    "id" SERIAL PRIMARY KEY,
    "product_id" INTEGER NOT NULL REFERENCES "products"("id"),
    "stars" INTEGER NOT NULL CHECK ("stars" BETWEEN 1 AND 5)
);

-- Long enough for the rehearsal to kill the engine amid it.
SELECT pg_sleep(1);

CREATE INDEX IF NOT EXISTS "reviews_${number}_product_id_idx" ON "reviews_${number}"("product_id");

RESET lock_timeout;
`;
}

function rollbackScript(number: number, name: string): string {
  return `-- Takes back ${name}. Lost: the reviews in its table.
BEGIN;
SET LOCAL lock_timeout = '2s';

DROP TABLE IF EXISTS "reviews_${number}";

-- Else Prisma would believe it still applied, and the next release would go without.
DO $$
BEGIN
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
        DELETE FROM "_prisma_migrations" WHERE "migration_name" = '${name}';
    END IF;
END
$$;

COMMIT;
`;
}
