import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { claim, databasePidFile } from "../../provider/local/databaseClaim.ts";
import { startSupervised } from "../../provider/local/process/supervised.ts";
import { everServed, readPlatform } from "../../provider/local/serving.ts";
import { databaseFolder } from "../../provider/local/unprivileged.ts";
import { Managed, refusal } from "./managed.ts";
import { processes, Stage } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const facts = {
  stack: "test",
  listen: "127.0.0.1",
  adminPort: 26_790,
  services: [
    {
      name: "api",
      port: 26_791,
      healthPath: "/health",
      instances: { blue: [26_792], green: [26_793] },
      direct: { blue: 26_794, green: 26_795 },
    },
  ],
};

let stage: Stage;
let host: Managed;
let dir: string;
beforeEach(() => {
  stage = new Stage();
  dir = stage.path("stack");
  host = new Managed("greenlight:local:Host");
});
afterEach(() => stage.end());

const wanted = (over = {}) => ({ dir, facts, keepSnapshots: false, ...over });

describe("the stack's folder", () => {
  it("is made with what commands need to know without the engine; no one else reads it", async () => {
    await host.create(wanted());
    expect(readPlatform(dir)).toEqual(facts);
    expect(statSync(`${dir}/platform.json`).mode & 0o777).toBe(0o600);
    expect(await host.differs()).toBe(false);
  });

  it("that is gone is seen, and made again", async () => {
    await host.create(wanted());
    rmSync(dir, { recursive: true });
    expect(await host.refresh()).toBeUndefined();
  });

  it.each(["", "{", "{}", "[]", JSON.stringify({ ...facts, adminPort: 1 })])(
    "whose record was spoiled (%j) is drift, mended by the next update",
    async (text) => {
      await host.create(wanted());
      writeFileSync(`${dir}/platform.json`, text);
      await host.refresh();
      expect(await host.differs()).toBe(true);
      await host.update();
      expect(readPlatform(dir)).toEqual(facts);
      await host.refresh();
      expect(await host.differs()).toBe(false);
    },
  );

  it("whose record was spoiled is named to commands that read it", async () => {
    await host.create(wanted());
    writeFileSync(`${dir}/platform.json`, "{");
    expect(() => readPlatform(dir)).toThrow(/record of the platform cannot be read.*platform\.json.*pulumi refresh/s);
    expect(() => everServed(dir)).toThrow("record of the platform cannot be read");
  });

  it("takes up changed facts", async () => {
    await host.create(wanted());
    const changed = wanted({ facts: { ...facts, adminPort: 26_799 } });
    expect(await host.differs(changed)).toBe(true);
    await host.update(changed);
    expect(readPlatform(dir)?.adminPort).toBe(26_799);
  });

  it("must be an absolute path", async () => {
    expect(await host.refusals(wanted({ dir: "relative" }))).toEqual([expect.stringContaining("dir: ")]);
  });

  it("that cannot be made is a problem with the way out", async () => {
    writeFileSync(stage.path("file"), "");
    const said = await refusal(host.create(wanted({ dir: stage.path("file", "below") })));
    expect(said).toMatch(/cannot be written \(ENOTDIR\).*No process was started.*greenlight:folder/s);
  });
});

describe("when the stack goes", () => {
  it("nothing is left: no file, and no process that a killed update recorded", async () => {
    await host.create(wanted());
    const never = new AbortController().signal;
    const command = (pidFile: string) => ({
      pidFile,
      logFile: `${dir}/logs/it.log`,
      command: ["/bin/sleep", "600"] as const,
      directory: dir,
      env: {},
    });
    const instance = stage.owns(await startSupervised(command(`${dir}/processes/blue-api-1.pid`), never));
    mkdirSync(databaseFolder(dir), { recursive: true });
    const database = stage.owns(await startSupervised(command(databasePidFile(dir)), never));
    await host.delete();
    expect(processes().filter((it) => it.group === instance || it.group === database)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
    expect(existsSync(databaseFolder(dir))).toBe(false);
  });

  it("snapshots stay when that was asked for", async () => {
    await host.create(wanted({ keepSnapshots: true }));
    writeFileSync(`${dir}/snapshots/v1.dump`, "precious");
    await host.delete();
    expect(existsSync(`${dir}/snapshots/v1.dump`)).toBe(true);
    expect(existsSync(`${dir}/platform.json`)).toBe(false);
  });

  it("a database that a stack used and its own resource did not remove stays", async () => {
    await host.create(wanted());
    const home = databaseFolder(dir);
    mkdirSync(home, { recursive: true });
    claim(home);
    writeFileSync(`${home}/data`, "precious");
    await host.delete();
    expect(existsSync(`${home}/data`)).toBe(true);
    rmSync(home, { recursive: true });
  });

  it("twice: the second finds nothing to do", async () => {
    await host.create(wanted());
    await host.delete();
    await host.delete();
  });
});
