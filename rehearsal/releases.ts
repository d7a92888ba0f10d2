import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Releases that only the rehearsal needs: good ones whose migration takes long enough for a kill to land in it. */
export const interrupted = ["v1.3.0", "v1.3.1"] as const;

/**
 * Writes them into a copy of the shop. Each has a migration of its own on top of those before it; every statement may be
 * run again, as the shop's own migrations do it.
 */
export function addInterruptedReleases(shop: string): void {
  let before = join(shop, "prisma", "migrations");
  for (const [index, version] of interrupted.entries()) {
    const name = `migrations-${version}`;
    const folder = join(shop, "prisma", name);
    cpSync(before, folder, { recursive: true });
    const added = join(folder, `202605${String(index + 4).padStart(2, "0")}090000_reviews_${index + 1}`);
    mkdirSync(added);
    writeFileSync(join(added, "migration.sql"), migration(index + 1));
    const manifest = readFileSync(join(shop, "releases", "v1.1.1.yaml"), "utf8")
      .replace("version: v1.1.1", `version: ${version}`)
      .replace("The cheapest products come first", "Room for reviews of products")
      .replace("../prisma/migrations", `../prisma/${name}`);
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
