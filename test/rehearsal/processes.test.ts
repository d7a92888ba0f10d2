import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mayWeighMore, namesOf } from "../../rehearsal/memory.ts";
import { belongsTo, carriesMark, type Process, processes, tagVariable, treeOf } from "../../rehearsal/processes.ts";
import { patient } from "../patience.ts";

function made(pid: number, parent: number, args: string): Process {
  return { pid, parent, group: pid, rssBytes: 1, args };
}

describe("which process is part of what", () => {
  const all = [
    made(1, 0, "init"),
    made(10, 1, "node cli/main.ts rehearse"),
    made(11, 10, "node rehearsal/load/main.ts"),
    made(12, 11, "child of the load"),
    made(20, 10, "node cli/bin.mjs release v1"),
    made(21, 20, "/cache/pulumi up"),
    made(22, 21, "pulumi-language-nodejs"),
    made(23, 22, "node index.ts"),
    made(24, 20, "npm run smoke"),
    made(30, 1, "/bin/sh supervise.sh"),
    made(31, 30, "envoy"),
    made(40, 1, "somebody else"),
    made(50, 10, "ps -A"),
  ];
  const names = namesOf(all, { own: 10, except: () => [11], supervisors: () => [{ name: "proxy", pid: 30 }] });
  const byPid = Object.fromEntries([...names].map(([it, name]) => [it.pid, name]));

  it("is told by what started it; the load and strangers are left out", () => {
    expect(byPid).toEqual({
      10: "rehearsal",
      20: "command",
      21: "engine",
      22: "engine",
      23: "program and provider",
      24: "command",
      30: "proxy",
      31: "proxy",
    });
  });

  it("has a tree of nothing when it is not there", () => {
    expect(treeOf(all, 99)).toEqual([]);
  });
});

describe("processes that were weighed", () => {
  const holding = (pid: number, rssBytes: number): Process => ({ ...made(pid, 1, "node"), rssBytes });
  const weighed = [holding(1, 600), holding(2, 400)];

  it.each([
    ["are not weighed anew while they hold as much, or less", [holding(2, 500), holding(1, 400)], false],
    ["are not weighed anew for hardly more", [holding(1, 610), holding(2, 410)], false],
    ["are weighed anew when they hold more together", [holding(1, 300), holding(2, 721)], true],
    ["are weighed anew when one begins", [...weighed, holding(3, 0)], true],
    ["are weighed anew when one ends, as what it shared weighs on the others", [holding(1, 600)], true],
    ["are weighed anew when another takes the place of one", [holding(1, 600), holding(3, 400)], true],
  ])("%s", (_, now, anew) => {
    expect(mayWeighMore(weighed, now)).toBe(anew);
  });

  it("are weighed when they never were", () => {
    expect(mayWeighMore([], weighed)).toBe(true);
  });
});

describe("a process of a rehearsal", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "greenlight-mark-")));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function started(options: { cwd?: string; env?: Record<string, string>; args?: string[] }): Promise<{
    marked: boolean;
    belongs: boolean;
  }> {
    const child = execa(process.execPath, ["-e", "process.stdin.resume()", ...(options.args ?? [])], {
      cwd: options.cwd ?? "/",
      env: options.env ?? {},
      reject: false,
    });
    try {
      const own = async () => (await processes()).find((it) => it.pid === child.pid);
      await expect.poll(async () => (await own())?.args ?? "", patient).toContain("process.stdin.resume");
      const it = await own();
      if (it === undefined) throw new Error("the child is gone");
      return { marked: carriesMark(it, folder), belongs: belongsTo(it, folder) };
    } finally {
      child.kill("SIGKILL");
      await child;
    }
  }

  it("is known by its arguments", async () => {
    expect(await started({ args: [join(folder, "x.pid")] })).toEqual({ marked: true, belongs: true });
  });

  it.runIf(process.platform === "linux")("is known by its mark", async () => {
    expect(await started({ env: { [tagVariable]: folder } })).toEqual({ marked: true, belongs: true });
  });

  it.runIf(process.platform === "linux")("in its folder alone belongs to it, but is not ours to end", async () => {
    expect(await started({ cwd: folder })).toEqual({ marked: false, belongs: true });
  });

  it("is none when nothing says so", async () => {
    expect(await started({ env: { [tagVariable]: `${folder}-other` } })).toEqual({ marked: false, belongs: false });
  });
});
