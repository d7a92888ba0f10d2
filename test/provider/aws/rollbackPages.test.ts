import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pagesProgram, rollbackProgram } from "../../../components/aws/automaticRollback/functionCode.ts";
import { type Done, type LoadPages, rollbackHandler } from "../../../lambda/rollback/handler.ts";
import { alarm, armed, facts, SwitchedStack } from "./switchedStack.ts";

const store = "arn:aws:cloudfront::123456789012:key-value-store/0123abcd-0123-4567-89ab-0123456789ab";
const withPages = { ...facts, pages: store };

let stack: SwitchedStack;
/** What the store names, and how often it was written. */
let pages: { version: string | undefined; writes: number };
let handle: (event: unknown) => Promise<Done>;

beforeEach(async () => {
  stack = await SwitchedStack.start();
  stack.keep(armed);
  pages = { version: "v2", writes: 0 };
  stack.cloud.answers("DescribeKeyValueStore", () => ({ KvsARN: store, ETag: `E${pages.writes}` }));
  stack.cloud.answers("GetKey", () =>
    pages.version === undefined ? { error: "ResourceNotFoundException" } : { Key: "live", Value: pages.version },
  );
  stack.cloud.answers("PutKey", ({ IfMatch, Value }) => {
    if (IfMatch !== `E${pages.writes}`) return { error: "ConflictException", message: "changed meanwhile" };
    write(String(Value));
    return { ETag: `E${pages.writes}` };
  });
  handle = rollbackHandler(withPages, () => import("../../../lambda/rollback/pages.ts"));
});
afterEach(() => stack.end());

function write(version: string): void {
  pages = { version, writes: pages.writes + 1 };
}
const operations = () => stack.cloud.operations();
const puts = () => operations().filter((it) => it === "PutKey");

describe("the function that moves traffic back, where the stack has pages", () => {
  it("takes them back when the services are back, reads both back and tells the topic once", async () => {
    expect(await handle(alarm())).toEqual({
      deed: "moved",
      why: "prod-green-no-go fired; api, web went back to blue; the pages went back to v1",
    });
    expect(stack.shares).toEqual({ api: 100, web: 100 });
    expect(pages.version).toBe("v1");
    expect(operations().indexOf("PutKey")).toBeGreaterThan(operations().lastIndexOf("DescribeRules"));
    expect(operations().lastIndexOf("GetKey")).toBeGreaterThan(operations().indexOf("PutKey"));
    expect(stack.told).toEqual([
      {
        subject: "prod: traffic went back to blue v1",
        message: expect.stringContaining("Pages: those of v1, read back from the store"),
      },
    ]);
  });

  it("asks its own store alone, for the one key", async () => {
    await handle(alarm());
    const asked = stack.cloud.asked.filter(({ input }) => "KvsARN" in input);
    expect(new Set(asked.map(({ input }) => input.KvsARN))).toEqual(new Set([store]));
    expect(new Set(asked.flatMap(({ input }) => input.Key ?? []))).toEqual(new Set(["live"]));
  });

  it("moves them once when it is called twice, one after the other", async () => {
    await handle(alarm());
    expect(await handle(alarm())).toEqual({
      deed: "nothing",
      why: "blue serves already; pages are those of v1 already",
    });
    expect(puts()).toHaveLength(1);
    expect(stack.told).toHaveLength(1);
  });

  it("leaves what one call alone would when it is called twice at the same time", async () => {
    await Promise.all([handle(alarm()), handle(alarm())]);
    expect(stack.shares).toEqual({ api: 100, web: 100 });
    expect(pages).toEqual({ version: "v1", writes: 1 });
  });

  it("looks anew when an update writes to the store at the same time, and leaves what that made good", async () => {
    stack.cloud.answers("PutKey", () => {
      write("v1");
      return { error: "ConflictException", message: "changed meanwhile" };
    });
    expect(await handle(alarm())).toMatchObject({ deed: "moved" });
    expect(puts()).toHaveLength(1);
    expect(pages).toEqual({ version: "v1", writes: 1 });
  });

  it("writes over another key's change, which is none of its business", async () => {
    const put = stack.cloud.answer("PutKey");
    stack.cloud.answers(
      "PutKey",
      (asked) => {
        pages.writes++;
        return put(asked);
      },
      put,
    );
    expect(await handle(alarm())).toMatchObject({ deed: "moved" });
    expect(pages.version).toBe("v1");
  });

  it("lets the pages follow when somebody moved the services alone", async () => {
    stack.shares = { api: 100, web: 100 };
    expect(await handle(alarm())).toEqual({
      deed: "moved",
      why: "prod-green-no-go fired; the pages went back to v1",
    });
    expect(stack.moves()).toEqual([]);
    expect(stack.told[0]).toMatchObject({
      subject: "prod: the pages went back to v1",
      message: expect.stringContaining("blue v1 served already."),
    });
  });

  it.each([
    ["a canary's share had left them where they were", "v1", "pages are those of v1 already"],
    ["none were switched to yet", undefined, "no pages were switched to yet"],
  ])("moves the services alone when %s", async (_, version, why) => {
    pages.version = version;
    expect(await handle(alarm())).toEqual({
      deed: "moved",
      why: `prod-green-no-go fired; api, web went back to blue; the pages did not: ${why}`,
    });
    expect(puts()).toEqual([]);
    expect(stack.told[0]).toMatchObject({
      subject: "prod: traffic went back to blue v1",
      message: expect.stringContaining(`Pages were not changed: ${why}.`),
    });
  });

  it("leaves pages that a person set, moves the services all the same, and says so", async () => {
    pages.version = "v1.5";
    expect(await handle(alarm())).toMatchObject({ deed: "moved" });
    expect(stack.shares).toEqual({ api: 100, web: 100 });
    expect(pages.version).toBe("v1.5");
    expect(stack.told[0]).toMatchObject({
      subject: "prod: traffic went back to blue v1, the pages did NOT",
      message: expect.stringContaining("somebody else set them after the switch: they are those of v1.5"),
    });
  });

  it("leaves them where the services are not moved", async () => {
    stack.healthy = 0;
    expect(await handle(alarm())).toMatchObject({ deed: "refused" });
    expect(pages.version).toBe("v2");
    expect(operations()).not.toContain("GetKey");
  });

  it("leaves them to whoever changes the record when the services are back", async () => {
    stack.cloud.answers("GetKey", () => {
      stack.keep({ armed: false, why: "v2 has its go" }, Date.now());
      return { Key: "live", Value: pages.version };
    });
    expect(await handle(alarm())).toMatchObject({ deed: "moved" });
    expect(puts()).toEqual([]);
    expect(stack.told[0]?.message).toContain("the record changed meanwhile: who changed it decides");
  });

  it.each<[string, () => void, string]>([
    [
      "AWS refuses it",
      () => stack.cloud.answers("PutKey", { error: "AccessDeniedException", message: "no key for you" }),
      "no key for you",
    ],
    ["the store does not show what was written", () => stack.cloud.answers("PutKey", {}), "the store still names v2"],
  ])("says that they are left, and fails so that it is called again, when %s", async (_, arrange, why) => {
    arrange();
    await expect(handle(alarm())).rejects.toThrow(`the pages did not go back: `);
    expect(stack.shares).toEqual({ api: 100, web: 100 });
    expect(stack.told).toHaveLength(1);
    expect(stack.told[0]?.subject).toBe("prod: traffic went back to blue v1, the pages did NOT");
    expect(stack.told[0]?.message).toContain(why);
  });

  it("moves the services, and says what is left, when the program of the pages is not to be loaded", async () => {
    const load: LoadPages = () => Promise.reject(new Error("no such file"));
    await expect(rollbackHandler(withPages, load)(alarm())).rejects.toThrow("the pages did not go back: no such file");
    expect(stack.shares).toEqual({ api: 100, web: 100 });
  });

  it("takes up what an earlier call left", async () => {
    stack.cloud.answers("DescribeKeyValueStore", { error: "AccessDeniedException", message: "not yet" });
    await expect(handle(alarm())).rejects.toThrow("not yet");
    stack.cloud.answers("DescribeKeyValueStore", () => ({ KvsARN: store, ETag: `E${pages.writes}` }));
    expect(await handle(alarm())).toMatchObject({ deed: "moved" });
    expect(pages.version).toBe("v1");
    expect(stack.told.map(({ subject }) => subject)).toEqual([
      "prod: traffic went back to blue v1, the pages did NOT",
      "prod: the pages went back to v1",
    ]);
  });

  it("does the same from the bundles that are uploaded", async () => {
    const folder = mkdtempSync(join(tmpdir(), "greenlight-function-"));
    try {
      // Lambda's runtime has the SDK that the first one takes; here it is the project's.
      symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
      const at = (name: string) => join(folder, name);
      writeFileSync(at("rollback.mjs"), rollbackProgram());
      writeFileSync(at("pages.mjs"), pagesProgram());
      const bundled = (await import(pathToFileURL(at("rollback.mjs")).href)) as {
        rollbackHandler: typeof rollbackHandler;
      };
      const done = await bundled.rollbackHandler(withPages, () => import(pathToFileURL(at("pages.mjs")).href))(alarm());
      expect(done).toMatchObject({ deed: "moved" });
      expect(pages.version).toBe("v1");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
