import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { execaNode } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LoadGenerator, type LoadOptions } from "../../rehearsal/load/client.ts";
import { checkLoadOptions } from "../../rehearsal/load/options.ts";
import { Problem } from "../../release/problem.ts";
import { patient } from "../patience.ts";
import { TestServer } from "./testServer.ts";

// Each starts a process of its own, on machines that may be busy.
vi.setConfig({ testTimeout: 20_000 });

let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

function options(url = server.url): LoadOptions {
  return { targets: [{ name: "api", url, weight: 1, paths: ["/a"] }], ratePerSecond: 50 };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the load process", () => {
  it("is missed when it dies: every call rejects and says so", async () => {
    const load = await LoadGenerator.start(options());
    const mark = await load.mark("before");
    process.kill(load.pid, "SIGKILL");
    await expect.poll(() => load.died.aborted, patient).toBe(true);
    expect(load.died.reason).toBeInstanceOf(Problem);
    for (const call of [load.mark("after"), load.since(mark), load.timeline(), load.stop()]) {
      await expect(call).rejects.toThrow(/load process ended \(signal SIGKILL\)/i);
    }
  });

  it("is gone after stop, which is not a death", async () => {
    const load = await LoadGenerator.start(options());
    await load.stop();
    expect(alive(load.pid)).toBe(false);
    expect(load.died.aborted).toBe(false);
  });

  it("ends when its starter aborts", async () => {
    const cancel = new AbortController();
    const load = await LoadGenerator.start(options(), { signal: cancel.signal });
    cancel.abort();
    await expect.poll(() => alive(load.pid), patient).toBe(false);
    await expect(load.mark("after")).rejects.toThrow("cancelled");
  });

  it("ends by itself when its parent is killed", async () => {
    const parent = execaNode(fileURLToPath(new URL("dyingParent.ts", import.meta.url)), [server.url], {
      nodeOptions: ["--import", "tsx"],
      reject: false,
    });
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    expect(alive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => alive(pid), patient).toBe(false);
  });
});

describe("where load may go", () => {
  it.each(["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:8080/"])("to %s", (url) => {
    expect(checkLoadOptions(options(url)).targets[0]?.url).toBe(url);
  });

  it.each([
    "http://example.com",
    "http://localhost:8080",
    "https://127.0.0.1",
    "http://127.0.0.1.example.com",
    "http://user@example.com#127.0.0.1",
    "http://[::ffff:10.0.0.1]",
    "http://0.0.0.0:80",
    "file:///etc/passwd",
    "127.0.0.1:8080",
    "",
  ])("not to '%s'", async (url) => {
    await expect(LoadGenerator.start(options(url))).rejects.toThrow(/this machine's own addresses only/);
  });

  it("not to any other IPv4 address", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        fc.pre(!address.startsWith("127."));
        expect(() => checkLoadOptions(options(`http://${address}:80`))).toThrow(Problem);
      }),
    );
  });
});

describe("wrong options", () => {
  it.each([
    ["no target", { targets: [] }, "targets"],
    ["an endless rate", { ratePerSecond: Number.POSITIVE_INFINITY }, "ratePerSecond"],
    ["a path that is none", { targets: [{ name: "a", url: "http://127.0.0.1", weight: 1, paths: ["a"] }] }, "paths"],
    ["an unknown option", { retries: 3 }, "retries"],
  ])("%s: named, and nothing is started", async (_what, wrong, named) => {
    const given = { ...options(), ...wrong } as LoadOptions;
    await expect(LoadGenerator.start(given)).rejects.toThrow(named);
    expect(server.arrivals).toBe(0);
  });
});
