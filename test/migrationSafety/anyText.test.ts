import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { migrationFinding } from "../../release/migrationSafety/finding.ts";
import { findings, ours, program } from "./judging.ts";

const words =
  "SELECT UPDATE DELETE FROM users orders ALTER TABLE ADD DROP COLUMN name TYPE text CREATE INDEX CONCURRENTLY ON UNIQUE SET NOT NULL DEFAULT DO $$ BEGIN END EXECUTE 'x' ; ( ) , -- /* */ \" E'\\'' IF EXISTS VALIDATE CONSTRAINT c CHECK VACUUM FULL COMMIT é 1 = WHERE true CASCADE RENAME TO AS ENUM VALUE TRIGGER lock_timeout".split(
    " ",
  );
const sql = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((all) => all.join(" ")),
  fc.array(fc.constantFrom(...words), { maxLength: 15 }).map((all) => `DO $$ BEGIN ${all.join(" ")}; END $$`),
);

async function judged(text: string) {
  const found = await findings([text], { runner: ours });
  z.array(migrationFinding).parse(found);
  return found;
}

describe("any text", () => {
  it("gives findings of their own shape, or one that says why it cannot be read, and never an exception", async () => {
    await fc.assert(
      fc.asyncProperty(sql, async (text) => {
        const found = await judged(text);
        const unread = found.filter(({ rule }) => rule === "not-readable");
        expect(unread.length).toBeLessThanOrEqual(1);
        if (unread.length === 1) expect(found).toEqual(unread);
      }),
      { numRuns: 800 },
    );
  });

  it("made of parts of real migrations does the same, whoever applies it", async () => {
    const folder = "examples/shop/prisma/migrations";
    const shop = ["20260302100000_order_preferences", "20260302100200_sort_products"]
      .map((name) => readFileSync(`${folder}/${name}/migration.sql`, "utf8"))
      .join("\n");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(shop.length),
        fc.nat(shop.length),
        fc.constantFrom(ours, program),
        async (a, b, runner) => {
          z.array(migrationFinding).parse(await findings([shop.slice(0, a) + shop.slice(b)], { runner }));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ["brackets", `SELECT ${"(".repeat(200_000)}1`],
    ["operators", `SELECT 1${" + 1".repeat(50_000)}`],
    ["negations", `SELECT ${"NOT ".repeat(100_000)}true`],
    ["casts", `UPDATE users SET name = ''${"::text".repeat(50_000)}`],
    ["nested blocks", `DO $$ ${"BEGIN ".repeat(20_000)} NULL; ${"END; ".repeat(20_000)} $$`],
    ["conditions", `ALTER TABLE users ADD CHECK (${Array(20_000).fill("id IS NOT NULL").join(" AND ")}) NOT VALID`],
    ["a text without an end", `SELECT '${"x".repeat(1_000_000)}`],
    ["a line without an end", `-- ${"greenlight: allow ".repeat(50_000)}`],
  ])("of very many %s is judged or refused", async (_, text) => {
    await judged(text);
  });

  it("of many thousand statements on many tables in one transaction is judged in time", async () => {
    const text = Array.from(
      { length: 2_000 },
      (_, n) => `ALTER TABLE t${n % 500} ADD c${n} int; UPDATE t${n % 500} SET c${n} = 1;`,
    );
    expect((await judged(text.join("\n"))).length).toBeGreaterThan(2_000);
  });

  it("may name what every object inherits", async () => {
    const text = `ALTER TABLE "__proto__" DROP COLUMN "constructor"; ALTER TYPE "toString" ADD VALUE 'hasOwnProperty'; SET "__proto__" = 1; ALTER TABLE "valueOf" ALTER "__proto__" TYPE "constructor";`;
    expect((await judged(text)).map(({ rule }) => rule)).toContain("drop-column");
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
