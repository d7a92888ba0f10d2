import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accepts } from "../../provider/local/ports.ts";
import {
  groupOf,
  type SupervisedCommand,
  startSupervised,
  stopSupervised,
  supervisorOf,
} from "../../provider/local/process/supervised.ts";
import { patient } from "../patience.ts";
import { childrenOf, freePorts, lives, processes, Stage, tinyServer } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const supervisor = fileURLToPath(new URL("../../provider/local/process/supervise.sh", import.meta.url));
const never = new AbortController().signal;

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.end());

function server(over: Partial<SupervisedCommand> = {}): SupervisedCommand {
  return {
    pidFile: stage.path("it.pid"),
    logFile: stage.path("logs", "it.log"),
    command: [process.execPath, tinyServer],
    directory: stage.dir,
    env: {},
    ...over,
  };
}

async function start(it: SupervisedCommand): Promise<number> {
  return stage.owns(await startSupervised(it, never));
}

/** Pids that the command printed, one each time it was started. */
function starts(): number[] {
  return [...stage.read("logs", "it.log").matchAll(/^started (\d+)$/gm)].map((it) => Number(it[1]));
}

const startedTimes = (count: number) => vi.waitUntil(() => starts().length >= count, patient);
const listening = (port: number) => vi.waitUntil(() => accepts("127.0.0.1", port), patient);

describe("a supervised command", () => {
  it("runs in a process group of its own and is found by its pid file", async () => {
    const pid = await start(server({ env: { MODE: "silent" } }));
    await startedTimes(1);
    expect(supervisorOf(stage.path("it.pid"))).toBe(pid);
    const family = processes().filter((it) => it.group === pid);
    expect(family.map((it) => it.pid).sort()).toEqual([pid, starts()[0]].sort());
  });

  it("is started again when it is killed", async () => {
    await start(server({ env: { MODE: "silent" } }));
    await startedTimes(1);
    process.kill(starts()[0] ?? 0, "SIGKILL");
    await startedTimes(2);
    process.kill(starts()[1] ?? 0, "SIGKILL");
    await startedTimes(3);
    expect(new Set(starts()).size).toBe(3);
    expect(stage.read("logs", "it.log")).toContain("the process ended with status 137; starting it again");
  });

  it("at once the first time, after longer and longer waits when it keeps crashing", async () => {
    const pid = await start(server({ env: { MODE: "crash" } }));
    const waits = new Set<string>();
    await vi.waitUntil(() => {
      for (const { args } of childrenOf(pid)) if (args.startsWith("sleep ")) waits.add(args);
      return waits.has("sleep 1.6");
    }, patient);
    expect([...waits].filter((it) => it !== "sleep 0")).toEqual(["sleep 0.2", "sleep 0.4", "sleep 0.8", "sleep 1.6"]);
    // A crash loop ends when it is asked to, in the middle of a wait.
    await stopSupervised(stage.path("it.pid"), 20_000);
    expect(lives(pid)).toBe(false);
  });

  it("takes its arguments literally: nothing is evaluated by a shell", async () => {
    const odd = [
      "a b",
      `"'\``,
      "$(touch evaluated)",
      "`touch evaluated`",
      "; touch evaluated",
      "$HOME",
      "*",
      "line\nline",
      "",
      "-n",
      "\\",
    ];
    await start(
      server({ command: [process.execPath, tinyServer, ...odd], env: { MODE: "silent", DUMP: stage.path("dump") } }),
    );
    await startedTimes(1);
    await vi.waitUntil(() => existsSync(stage.path("dump")) && stage.read("dump") !== "", patient);
    expect((JSON.parse(stage.read("dump")) as { argv: string[] }).argv).toEqual(odd);
    expect(existsSync(stage.path("evaluated"))).toBe(false);
  });

  it("has just the environment given, whatever the names in it", async () => {
    const env = {
      MODE: "silent",
      DUMP: stage.path("dump"),
      QUOTES: `'"$(id)\nnext line`,
      // Words that a script may use for itself.
      ...{ next: "mine", status: "mine", child: "mine", signal: "mine", pidfile: "mine", waits: "mine", began: "mine" },
      // A team's PATH may hold nothing of the system's.
      PATH: "/nowhere",
    };
    process.env.GREENLIGHT_TEST_LEAK = "must not be handed on";
    try {
      await start(server({ env }));
      await vi.waitUntil(() => existsSync(stage.path("dump")) && stage.read("dump") !== "", patient);
    } finally {
      delete process.env.GREENLIGHT_TEST_LEAK;
    }
    const seen = (JSON.parse(stage.read("dump")) as { env: Record<string, string> }).env;
    // Some shells say where they are.
    for (const own of ["PWD", "OLDPWD", "SHLVL", "_"]) delete seen[own];
    expect(seen).toEqual(env);
    process.kill(starts()[0] ?? 0, "SIGKILL");
    await startedTimes(2);
    await stopSupervised(stage.path("it.pid"), 10_000);
    expect(existsSync(stage.path("it.pid"))).toBe(false);
  });

  it("writes to a log that only its owner reads", async () => {
    await start(server({ env: { MODE: "silent" } }));
    await startedTimes(1);
    expect(statSync(stage.path("logs", "it.log")).mode & 0o777).toBe(0o600);
  });

  it("has its pid file before it runs, so that nothing is ever without one", async () => {
    const seen = stage.path("seen");
    await start(
      server({
        command: ["/bin/sh", "-c", `cat '${stage.path("it.pid")}' > '${seen}'; sleep 600`],
        env: { PATH: "/usr/bin:/bin" },
      }),
    );
    await vi.waitUntil(() => existsSync(seen) && readFileSync(seen, "utf8") !== "", patient);
    expect(Number(readFileSync(seen, "utf8"))).toBe(supervisorOf(stage.path("it.pid")));
  });
});

describe("a command that cannot be started is a problem that says where", () => {
  it("its folder is missing", async () => {
    await expect(startSupervised(server({ directory: stage.path("missing") }), never)).rejects.toThrow(
      /could not be started.*missing/s,
    );
    expect(groupOf(stage.path("it.pid"))).toBeUndefined();
  });

  it("its pid file cannot be written", async () => {
    await expect(startSupervised(server({ pidFile: stage.path("missing", "it.pid") }), never)).rejects.toThrow(
      /could not be started.*it\.log/s,
    );
  });
});

describe("asked to end", () => {
  it("by TERM, the command finishes the requests it has, and is not started again", async () => {
    const [port = 0] = await freePorts(1);
    await start(server({ env: { PORT: String(port), VERSION: "v1" } }));
    await listening(port);
    const held = fetch(`http://127.0.0.1:${port}/hold`).then((answer) => answer.text());
    await vi.waitUntil(() => stage.read("logs", "it.log").includes("holding"), patient);
    await stopSupervised(stage.path("it.pid"), 20_000);
    expect(await held).toBe("held, then answered by v1");
    expect(starts()).toHaveLength(1);
    expect(existsSync(stage.path("it.pid"))).toBe(false);
    expect(lives(starts()[0] ?? 0)).toBe(false);
  });

  it("by another signal, for a command that wants it", async () => {
    const [port = 0] = await freePorts(1);
    await start(server({ stopSignal: "INT", env: { PORT: String(port) } }));
    await listening(port);
    await stopSupervised(stage.path("it.pid"), 20_000);
    expect(stage.read("logs", "it.log")).toContain("asked to end by SIGINT");
    expect(stage.read("logs", "it.log")).not.toContain("SIGTERM");
  });

  it("a command that ignores it is killed after the drain, with its group", async () => {
    const pid = await start(server({ env: { MODE: "stubborn", PORT: String((await freePorts(1))[0]) } }));
    await vi.waitUntil(() => stage.read("logs", "it.log").includes("listening"), patient);
    await stopSupervised(stage.path("it.pid"), 300);
    expect(stage.read("logs", "it.log")).toContain("not now");
    expect(processes().filter((it) => it.group === pid)).toEqual([]);
  });

  it("what the command started and left behind is asked, too, and may finish", async () => {
    const [port = 0] = await freePorts(1);
    // As a start script does: it dies of TERM, and its server knows nothing of it.
    const command = ["/bin/sh", "-c", `'${process.execPath}' '${tinyServer}' & wait`] as const;
    const pid = await start(server({ command, env: { PORT: String(port), VERSION: "v1", PATH: "/usr/bin:/bin" } }));
    await listening(port);
    const held = fetch(`http://127.0.0.1:${port}/hold`).then((answer) => answer.text());
    await vi.waitUntil(() => stage.read("logs", "it.log").includes("holding"), patient);
    await stopSupervised(stage.path("it.pid"), 20_000);
    expect(await held).toBe("held, then answered by v1");
    expect(processes().filter((it) => it.group === pid)).toEqual([]);
  });

  it("twice, or without having run: nothing happens", async () => {
    await start(server({ env: { MODE: "silent" } }));
    await stopSupervised(stage.path("it.pid"), 5000);
    await stopSupervised(stage.path("it.pid"), 5000);
    await stopSupervised(stage.path("never.pid"), 5000);
  });
});

describe("after an accident", () => {
  it("a supervisor whose starter was killed is found by its pid file and ended", async () => {
    const pidFile = stage.path("it.pid");
    // Started as startSupervised does, by a program that dies before it could record anything.
    const script = `require("child_process").spawn("/bin/sh", process.argv.slice(1), { detached: true, stdio: "ignore" }); process.kill(process.pid, "SIGKILL")`;
    const starter = spawn(process.execPath, ["-e", script, supervisor, pidFile, "TERM", "/bin/sleep", "600"], {
      stdio: "ignore",
    });
    await once(starter, "exit");
    await vi.waitUntil(() => supervisorOf(pidFile) !== undefined, patient);
    const pid = stage.owns(supervisorOf(pidFile) ?? 0);
    await stopSupervised(pidFile, 10_000);
    expect(processes().filter((it) => it.group === pid)).toEqual([]);
  });

  it("a supervisor that died leaves a command that can still be ended", async () => {
    const pid = await start(server({ env: { MODE: "silent" } }));
    await startedTimes(1);
    const [child = 0] = starts();
    process.kill(pid, "SIGKILL");
    await vi.waitUntil(() => !lives(pid), patient);
    expect(lives(child)).toBe(true);
    expect(supervisorOf(stage.path("it.pid"))).toBeUndefined();
    expect(groupOf(stage.path("it.pid"))).toBe(pid);
    await stopSupervised(stage.path("it.pid"), 10_000);
    expect(lives(child)).toBe(false);
  });

  it("a pid that another program has now is not touched", async () => {
    const foreign = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
    const pid = stage.owns(foreign.pid ?? 0);
    writeFileSync(stage.path("it.pid"), `${pid}\n`);
    expect(supervisorOf(stage.path("it.pid"))).toBeUndefined();
    expect(groupOf(stage.path("it.pid"))).toBeUndefined();
    await stopSupervised(stage.path("it.pid"), 0);
    expect(lives(pid)).toBe(true);
    expect(existsSync(stage.path("it.pid"))).toBe(false);
  });

  it.each(["", "nonsense", "0", "1", "-1", "1.5", "99999999999"])(
    "a pid file that says %j names nobody",
    async (text) => {
      writeFileSync(stage.path("it.pid"), text);
      expect(supervisorOf(stage.path("it.pid"))).toBeUndefined();
      await stopSupervised(stage.path("it.pid"), 0);
    },
  );

  it("a log that cannot be opened starts nothing", async () => {
    mkdirSync(stage.path("logs", "it.log"), { recursive: true });
    chmodSync(stage.path("logs"), 0o755);
    await expect(startSupervised(server(), never)).rejects.toThrow("EISDIR");
    expect(existsSync(stage.path("it.pid"))).toBe(false);
  });
});
