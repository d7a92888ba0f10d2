import { createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { databaseUrl, mask, parseDatabaseUrl } from "../../provider/database/connection.ts";
import { connect, reachable } from "../../provider/database/session.ts";
import { everyWord, refusal } from "./server.ts";

const text = (min: number, max: number) => fc.string({ minLength: min, maxLength: max, unit: "grapheme" });

describe("a database's address", () => {
  it("is read with its parts and defaults to port 5432", () => {
    expect(parseDatabaseUrl("postgres://ann:p%40ss@db.example.com/shop")).toEqual({
      host: "db.example.com",
      port: 5432,
      user: "ann",
      password: "p@ss",
      database: "shop",
    });
    expect(
      parseDatabaseUrl("postgresql://ann@[::1]:6000/shop?schema=sales&sslmode=require&connection_limit=5"),
    ).toEqual({
      host: "::1",
      port: 6000,
      user: "ann",
      password: "",
      database: "shop",
      schema: "sales",
      sslMode: "require",
    });
  });

  it("written and read again is the same, whatever is in the names and the password", () => {
    const parts = fc.record({
      user: text(1, 20),
      database: text(1, 20).filter((name) => !/^\.{1,2}$/.test(name)),
      password: text(0, 40),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(parts, (some) => {
        const connection = { host: "127.0.0.1", ...some };
        expect(parseDatabaseUrl(databaseUrl(connection))).toEqual(connection);
      }),
    );
  });

  it.each([
    ["mysql://ann:hunter2secret@h/db", /does not begin with postgres/],
    ["postgres://ann:hunter2secret@h:99999/db", /cannot be read/],
    ["postgres://ann:hunter2secret@h/", /database is wrong/],
    ["postgres://:hunter2secret@h/db", /user is wrong/],
    ["postgres://ann:hunter2secret@h/db?sslmode=maybe", /sslMode is wrong/],
    ["postgres://ann:hunter2secret@h/db?options=-csearch_path%3Dx", /parameter "options" is not known/],
    ["postgres://ann:hunter2secret%ZZ@h/db", /cannot be read/],
    [`postgres://ann:hunter2secret@h/${"d".repeat(5_000)}`, /longer than/],
  ])("refuses %s and says why without the password", async (address, why) => {
    const error = await refusal(Promise.resolve().then(() => parseDatabaseUrl(address)));
    expect(error.message).toMatch(why);
    expect(everyWord(error)).not.toContain("hunter2secret");
  });

  it("never shows the password in what it throws, however it is broken", async () => {
    const broken = fc.record({
      password: fc.stringMatching(/^[A-Za-z0-9!$&+.~-]{8,30}$/),
      head: fc.constantFrom("postgres://", "pg://", "postgres:/", ""),
      tail: text(0, 12),
    });
    await fc.assert(
      fc.asyncProperty(broken, async ({ password, head, tail }) => {
        try {
          parseDatabaseUrl(`${head}u:${password}@h${tail}`);
        } catch (error) {
          expect(everyWord(error)).not.toContain(password);
        }
      }),
    );
  });
});

describe("masking", () => {
  it("leaves no secret in any text", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.stringMatching(/^[a-z]{4,12}$/), { minLength: 1 }),
        fc.string(),
        (before, secrets, after) => {
          const masked = mask(before + secrets.join("") + after, secrets);
          for (const secret of secrets) expect(masked).not.toContain(secret);
        },
      ),
    );
  });
});

describe("connecting", () => {
  const nowhere = { host: "127.0.0.1", port: 26_499, user: "ann", database: "shop", password: "hunter2secret" };

  it("gives up at its deadline where nobody listens, and says so without the password", async () => {
    const error = await refusal(connect(nowhere, { timeoutMs: 300 }));
    expect(error.message).toMatch(/could not be reached/);
    expect(error.message).toContain("127.0.0.1:26499");
    expect(everyWord(error)).not.toContain("hunter2secret");
    expect(await reachable(nowhere)).toMatchObject({ reachable: false, reason: expect.stringMatching(/ECONNREFUSED/) });
  });

  it("gives up on a listener that never answers", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    try {
      await new Promise((resolve) => silent.once("listening", resolve));
      const address = silent.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      expect((await refusal(connect({ ...nowhere, port }, { timeoutMs: 400 }))).message).toMatch(
        /could not be reached/,
      );
      expect(await reachable({ ...nowhere, port }, { timeoutMs: 200 })).toMatchObject({ reachable: false });
    } finally {
      silent.close();
    }
  });

  it("stops at once when interrupted", async () => {
    const stop = new AbortController();
    const connecting = refusal(connect(nowhere, { timeoutMs: 60_000, signal: stop.signal }));
    stop.abort();
    expect((await connecting).message).toMatch(/Interrupted/);
  });
});
