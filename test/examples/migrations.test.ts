import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { migrate } from "../../provider/database/migrations/apply.ts";
import { rehearseRollbackScript } from "../../provider/database/migrations/rollbackScript.ts";
import { refusal, startServer, type TestServer } from "../database/server.ts";
import { readRelease } from "./releases.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

/** The folders that a release's manifest names. */
async function databaseOf(version: string): Promise<{ directory: string; rollback: string | undefined }> {
  const { manifest, folder } = await readRelease("shop", version);
  if (manifest.database.tool !== "prisma") throw new Error("the shop's migrations are Prisma's");
  const { directory, rollback } = manifest.database;
  return { directory: join(folder, directory), rollback: rollback && join(folder, rollback) };
}

async function filesIn(directory: string): Promise<Record<string, string>> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  return Object.fromEntries(paths.map((path, index) => [path.slice(directory.length), texts[index] ?? ""]));
}

describe("the shop's migrations", () => {
  it("are the same history in every release's folder, each longer than the one before", async () => {
    const [first, second, broken] = await Promise.all(
      ["v1.0.0", "v1.1.0", "v1.2.4"].map(async (version) => filesIn((await databaseOf(version)).directory)),
    );
    expect(second).toMatchObject(first ?? {});
    expect(broken).toMatchObject(second ?? {});
    const lengths = [first, second, broken].map((files) => Object.keys(files ?? {}).length);
    expect(lengths).toEqual([2, 6, 7]);
  });

  it("lead from an empty database to 50 products, step by step or at once", async () => {
    const connection = await server.database();
    const first = await migrate({ connection, tool: "prisma", ...(await databaseOf("v1.0.0")) });
    expect(first.applied.map(({ name }) => name)).toEqual(["20260105090000_init"]);
    const second = await migrate({ connection, tool: "prisma", ...(await databaseOf("v1.1.0")) });
    expect(second.applied.map(({ name }) => name)).toEqual([
      "20260302100000_order_preferences",
      "20260302100100_product_category",
      "20260302100200_sort_products",
      "20260302100300_product_category_index",
    ]);
    const index = "select indisvalid as valid from pg_index where indexrelid = 'products_category_idx'::regclass";
    expect(await server.sql(connection, index)).toEqual([{ valid: true }]);
    const count = "select count(*)::int as products, count(category)::int as sorted from products";
    expect(await server.sql(connection, count)).toEqual([{ products: 50, sorted: 50 }]);
    const third = await migrate({ connection, tool: "prisma", ...(await databaseOf("v1.1.1")) });
    expect(third.applied).toEqual([]);
  });

  it("of v1.1.0 are taken back by its rollback script without a trace, and can be applied again", async () => {
    const connection = await server.database();
    await migrate({ connection, tool: "prisma", ...(await databaseOf("v1.0.0")) });
    await server.sql(
      connection,
      "insert into orders (product_id, quantity, customer, total_cents) values (1, 2, 'Ada', 798)",
    );
    const { directory, rollback = "" } = await databaseOf("v1.1.0");
    const { tools } = server;
    const rehearsed = await rehearseRollbackScript({ connection, tools, tool: "prisma", directory, file: rollback });
    expect(rehearsed.findings).toEqual([]);
    expect(rehearsed.ok).toBe(true);
  });

  it("of v1.2.4 fail at the second of three statements", async () => {
    const connection = await server.database();
    await migrate({ connection, tool: "prisma", ...(await databaseOf("v1.1.0")) });
    const error = await refusal(migrate({ connection, tool: "prisma", ...(await databaseOf("v1.2.4")) }));
    expect(error.message).toMatch(/20260406090000_customer_email.*statement 2 of 3/);
    expect(error.message).toContain('column "email" does not exist');
  });
});
