import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holderNow, withStackLock } from "../../cli/stackLock.ts";
import { exitCodes } from "../../release/exitCodes.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "greenlight-lock-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const context = () => ({ home, stack: "prod", by: "an engineer" });
const locks = () => readdirSync(join(home, "locks"));
const dead = { pid: 4_000_000, started: "1", doing: "release v1", by: "somebody", since: "2026-01-05T12:00:00.000Z" };

function left(text: string): void {
  mkdirSync(join(home, "locks"), { recursive: true });
  writeFileSync(join(home, "locks", "prod.json"), text);
}

describe("the lock of a stack", () => {
  it("is one command's while it works, by name, and nobody's afterwards, however that ended", async () => {
    await withStackLock(context(), "release v2", async () => {
      expect(holderNow(context())).toMatchObject({ doing: "release v2", pid: process.pid, by: "an engineer" });
      expect(locks()).toEqual(["prod.json"]);
    });
    const failed = withStackLock(context(), "release v3", () => Promise.reject(new Error("no room")));
    await expect(failed).rejects.toThrow("no room");
    expect([holderNow(context()), locks()]).toEqual([undefined, []]);
  });

  it("refuses a second command, by the words of the first", async () => {
    await withStackLock(context(), "release v2", async () => {
      expect(() => withStackLock(context(), "rollback", async () => "never")).toThrow(
        expect.objectContaining({
          happened: expect.stringContaining("release v2 is under way: started by an engineer"),
          exitCode: exitCodes.busy,
        }),
      );
    });
  });

  it.each([
    ["a command that was killed", JSON.stringify(dead)],
    ["a machine that went down while it was written", '{"pid":'],
  ])("is inherited from %s", async (_, text) => {
    left(text);
    expect(holderNow(context())).toBeUndefined();
    await withStackLock(context(), "rollback", async () => {
      expect(holderNow(context())).toMatchObject({ doing: "rollback" });
      expect(locks()).toEqual(["prod.json"]);
    });
    expect(locks()).toEqual([]);
  });

  it("is inherited where one that was about to inherit it was killed, too", async () => {
    const text = JSON.stringify(dead);
    left(text);
    const heir = `prod.json.after-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
    writeFileSync(join(home, "locks", heir), JSON.stringify({ ...dead, doing: "rollback" }));
    await withStackLock(context(), "switch", async () => {
      expect(holderNow(context())).toMatchObject({ doing: "switch" });
      expect(locks()).toEqual(["prod.json"]);
    });
  });

  it("is one process's of many that find its holder dead at the same instant", async () => {
    const rounds = 60;
    left(JSON.stringify(dead));
    for (let round = 0; round < rounds; round += 1) {
      writeFileSync(join(home, "locks", `round-${round}.json`), JSON.stringify({ ...dead, started: String(round) }));
    }
    const program = `
      import { closeSync, openSync, rmSync } from "node:fs";
      import { setTimeout as pause } from "node:timers/promises";
      import { withStackLock } from ${JSON.stringify(join(import.meta.dirname, "../../cli/stackLock.ts"))};
      const { home, rounds, start } = JSON.parse(process.argv[1]);
      let taken = 0;
      for (let round = 0; round < rounds; round += 1) {
        await pause(Math.max(0, start + 20 * round - Date.now()));
        const stack = "round-" + round;
        try {
          await withStackLock({ home, stack, by: "one of them" }, "a race", async () => {
            closeSync(openSync(home + "/" + stack, "wx"));
            taken += 1;
            await pause(5);
            rmSync(home + "/" + stack);
          });
        } catch (error) {
          if (error.exitCode !== ${exitCodes.busy}) throw error;
        }
      }
      console.log(taken);`;
    const args = ["--import", "tsx/esm", "--input-type=module", "-e", program];
    const facts = JSON.stringify({ home, rounds, start: Date.now() + 3_000 });
    const racing = Array.from({ length: 6 }, () => execa(process.execPath, [...args, facts], { reject: false }));
    const ended = await Promise.all(racing);
    expect(ended.map(({ stderr }) => stderr).join("")).toBe("");
    expect(ended.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBeGreaterThanOrEqual(rounds);
    expect(readdirSync(join(home, "locks"))).toEqual(["prod.json"]);
  });
});
