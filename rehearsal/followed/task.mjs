// What an image of the shop's api does in a Job: `migrate` applies its migrations to the database, `status` says what is missing there.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

const [folder, task] = process.argv.slice(2);
const client = new pg.Client({ connectionString: process.env.DATABASE_URL, statement_timeout: 60_000 });
await client.connect();
try {
  await client.query("CREATE TABLE IF NOT EXISTS applied_migrations (name text PRIMARY KEY)");
  const { rows } = await client.query("SELECT name FROM applied_migrations");
  const applied = new Set(rows.map(({ name }) => name));
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((it) => (it.isDirectory() ? [it.name] : []));
  const missing = names.sort().filter((name) => !applied.has(name));
  if (task === "status") {
    console.log(missing.length === 0 ? "the schema is up to date" : `missing: ${missing.join(", ")}`);
  } else {
    for (const name of missing) {
      console.log(`applying ${name}`);
      // As Prisma does: a script is one transaction, and a script of one statement that refuses that is none.
      await client.query(readFileSync(join(folder, name, "migration.sql"), "utf8"));
      await client.query("INSERT INTO applied_migrations VALUES ($1)", [name]);
    }
    console.log(`${missing.length} applied`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await client.end();
}
