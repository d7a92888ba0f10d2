import { judgeMigrations } from "../../release/migrationSafety/judgeMigrations.ts";
import { parseMigration } from "../../release/migrationSafety/parseMigration.ts";
import type { Runner } from "../../release/migrationSafety/statement.ts";

export const ours: Runner = { applies: "ours", lockTimeoutMs: 5_000 };
/** A program of the team's own, which may send a file as one and sets no lock timeout. */
export const program: Runner = { applies: "file", lockTimeoutMs: 0 };

/** What the live version's migrations made. */
export const live = `
  CREATE TABLE users (
    id integer PRIMARY KEY, email varchar(100) NOT NULL DEFAULT '', name text, code varchar(20), amount numeric(10,2), at timestamp(3)
  );
  CREATE TABLE orders (id integer PRIMARY KEY, user_id integer, state text);
  CREATE TABLE events (id integer, day date) PARTITION BY RANGE (day);
  CREATE INDEX users_name_idx ON users (name);
  CREATE UNIQUE INDEX users_code_key ON users (code);
  ALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE (email);
  ALTER TABLE users ADD CONSTRAINT users_name_known CHECK (name IS NOT NULL AND id > 0);
  ALTER TABLE orders ADD CONSTRAINT orders_user_known CHECK (user_id IS NOT NULL) NOT VALID;
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE VIEW grown AS SELECT id FROM users;
  CREATE FUNCTION steady() RETURNS int LANGUAGE sql IMMUTABLE AS 'select 1';`;

export interface Judged {
  /** Migrations of the live version; undefined when nothing is live. */
  readonly released?: readonly string[] | undefined;
  readonly runner?: Runner;
}

/** What the rules find in migrations, each given as its text. */
export async function findings(pending: readonly string[], it: Judged = {}) {
  const { runner = ours } = it;
  const released = "released" in it ? it.released : [live];
  const parsed = (texts: readonly string[], prefix: string) =>
    Promise.all(texts.map((text, index) => parseMigration({ name: `${prefix}${index + 1}`, text }, runner)));
  return judgeMigrations({
    released: released === undefined ? undefined : await parsed(released, "0"),
    pending: await parsed(pending, "1"),
    runner,
  });
}

/** The rules that find something, each once, in alphabetical order. */
export async function rulesOn(pending: string | readonly string[], it: Judged = {}): Promise<string[]> {
  const found = await findings(typeof pending === "string" ? [pending] : pending, it);
  return [...new Set(found.map(({ rule }) => rule))].sort();
}
