import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runSmoke, type SmokeRun } from "../../provider/gates/smoke.ts";
import { patient } from "../patience.ts";
import { Managed, refusal, secret } from "./managed.ts";
import { lives, Stage } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000 });

const script = fileURLToPath(new URL("./fixtures/smoke.mjs", import.meta.url));
const never = new AbortController().signal;
const token = "t0ken/with+odd characters";
const secretEnv = { TOKEN: token, DATABASE_URL: "postgres://shop:horse%20battery@127.0.0.1/shop" };

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.end());

const run = (how: readonly string[], over: Partial<SmokeRun> = {}, signal = never) =>
  runSmoke(
    {
      command: [process.execPath, script, ...how],
      directory: stage.dir,
      env: {},
      secretEnv,
      timeoutMs: 30_000,
      ...over,
    },
    signal,
  );

async function childPid(): Promise<number> {
  await vi.waitUntil(() => existsSync(stage.path("child")) && stage.read("child") !== "", patient);
  return Number(stage.read("child"));
}

const gone = (pid: number) => vi.waitUntil(() => !lives(pid), patient);

describe("a smoke test", () => {
  it("passes with exit code 0, and its output is kept", async () => {
    expect(await run(["pass"])).toMatchObject({ passed: true, reason: "passed", output: "all well\n" });
  });

  it("fails with any other exit code, both outputs kept", async () => {
    const result = await run(["fail"]);
    expect(result).toMatchObject({ passed: false, reason: "exit code 7" });
    expect(result.output.split("\n").sort()).toEqual(["", "and it was blank", "it looked at the page"]);
  });

  it("fails when it is killed", async () => {
    expect(await run(["die"])).toMatchObject({ passed: false, reason: "ended by SIGKILL" });
  });

  it("fails when its command or its folder is missing, and says so", async () => {
    expect(await run([], { command: ["no-such-program"] })).toMatchObject({
      passed: false,
      reason: expect.stringMatching(/no-such-program.*ENOENT/),
    });
    expect(await run(["pass"], { directory: stage.path("missing") })).toMatchObject({ passed: false });
  });

  it("that gives no result in time fails", async () => {
    expect(await run(["hang"], { timeoutMs: 500 })).toMatchObject({ passed: false, reason: "no result within 0.5 s" });
  });

  it("that does not end when asked to is killed", async () => {
    expect(await run(["stubborn"], { timeoutMs: 500 })).toMatchObject({
      passed: false,
      reason: "no result within 0.5 s",
    });
  });

  it("takes what it started with it when its time is over", async () => {
    const running = run(["family", stage.path("child")], { timeoutMs: 2000 });
    const child = await childPid();
    expect(lives(child)).toBe(true);
    expect(await running).toMatchObject({ passed: false, reason: "no result within 2 s" });
    await gone(child);
  });

  it("takes what it left behind with it when it passes, and is not held up by it", async () => {
    const result = await run(["daemon", stage.path("child")]);
    expect(result).toMatchObject({ passed: true, output: "left something behind\n" });
    await gone(await childPid());
  });

  it("is ended with all it started by a cancelled update, which is no result", async () => {
    const cancel = new AbortController();
    const running = run(["family", stage.path("child")], {}, cancel.signal);
    const child = await childPid();
    cancel.abort(new Error("the update was cancelled"));
    await expect(running).rejects.toThrow("the update was cancelled");
    await gone(child);
  });

  it("is not started at all by an update that was cancelled before", async () => {
    await expect(run(["dump", stage.path("dump")], {}, AbortSignal.abort(new Error("cancelled")))).rejects.toThrow(
      "cancelled",
    );
    expect(existsSync(stage.path("dump"))).toBe(false);
  });

  it("gets its variables, a few of the caller's, and nothing that may be a secret", async () => {
    process.env.PULUMI_ACCESS_TOKEN_TEST = "secret";
    await run(["dump", stage.path("dump")], { env: { API_URL: "http://127.0.0.1:1", CI: "no" } }).finally(() => {
      delete process.env.PULUMI_ACCESS_TOKEN_TEST;
    });
    const { env, cwd } = JSON.parse(stage.read("dump")) as { env: Record<string, string>; cwd: string };
    const callers = ["PATH", "HOME", "LANG", "TMPDIR", "TZ", "npm_config_cache"];
    const own = Object.entries(env).filter(([name]) => !callers.includes(name));
    expect(Object.fromEntries(own)).toEqual({ API_URL: "http://127.0.0.1:1", ...secretEnv, CI: "true", NO_COLOR: "1" });
    expect(cwd).toBe(stage.dir);
  });

  it("gets its arguments as they are: no shell sees them", async () => {
    const evil = ["$(touch evaluated)", "`touch evaluated`", "; touch evaluated", "a b", "", "line\nline"];
    await run(["dump", stage.path("dump"), ...evil]);
    expect((JSON.parse(stage.read("dump")) as { argv: string[] }).argv).toEqual(evil);
    expect(existsSync(stage.path("evaluated"))).toBe(false);
  });

  it("shows no secret, in whatever form it prints it", async () => {
    const { output } = await run(["leak"]);
    expect(output).toContain("token ***");
    expect(output).toContain("as base64 ***");
    expect(output).toContain("password ***");
    for (const form of [token, encodeURIComponent(token), Buffer.from(token).toString("base64"), "battery"]) {
      expect(output).not.toContain(form);
    }
  });

  it("may print without end: only the end is kept, without half a secret, and it passes all the same", async () => {
    const { passed, output } = await run(["flood"]);
    expect(passed).toBe(true);
    expect(output.length).toBeLessThanOrEqual(1_000_100);
    expect(output.endsWith("the end\n")).toBe(true);
    const [first, ...lines] = output.trimEnd().split("\n");
    expect(first).toBe("(the beginning was left out)");
    for (const line of lines.slice(0, -1)) expect(line.startsWith("*** x")).toBe(true);
  });
});

describe("the smoke gate", () => {
  const gate = () => new Managed("greenlight:index:SmokeGate", "green-smoke");
  const wanted = (how: readonly string[], over = {}) => ({
    environment: "green",
    version: "v2",
    command: [process.execPath, script, ...how],
    directory: stage.dir,
    env: {},
    secretEnv: secret(secretEnv),
    timeoutMs: 30_000,
    logFile: stage.path("logs", "green-smoke.log"),
    incarnations: ["1"],
    ...over,
  });

  it("passes with a proof, and keeps the output in a file of its owner's", async () => {
    const it_ = gate();
    const state = await it_.create(wanted(["leak"]));
    expect(state.proof).toMatchObject({ gate: "smoke", environment: "green", version: "v2", passed: true });
    expect(statSync(stage.path("logs", "green-smoke.log")).mode & 0o777).toBe(0o600);
    expect(stage.read("logs", "green-smoke.log")).not.toContain(token);
    expect(JSON.stringify(state.output)).not.toContain(token);
    await it_.refresh();
    expect(await it_.differs()).toBe(false);
  });

  it("runs again for another incarnation or another version", async () => {
    const it_ = gate();
    await it_.create(wanted(["pass"]));
    expect(await it_.differs(wanted(["pass"], { incarnations: ["2"] }))).toBe(true);
    expect(await it_.differs(wanted(["pass"], { version: "v3" }))).toBe(true);
    await expect(it_.update(wanted(["fail"], { incarnations: ["2"] }))).rejects.toThrow("Smoke gate");
  });

  it("that fails is never saved, and says how the output ended and where it is", async () => {
    const it_ = gate();
    const said = await refusal(it_.create(wanted(["fail"])));
    expect(said).toMatch(/^Smoke gate: .*smoke\.mjs fail failed against green v2: exit code 7\./);
    expect(said).toContain("and it was blank");
    expect(said).toContain(stage.path("logs", "green-smoke.log"));
    expect(said).toContain("No traffic was moved.");
    expect(it_.id).toBe("");
    expect(readFileSync(stage.path("logs", "green-smoke.log"), "utf8")).toContain("it was blank");
  });

  it("an endless line does not flood the person who reads the error", async () => {
    const it_ = gate();
    const state = await it_.create(wanted(["flood"]));
    expect(String(state.output).length).toBeLessThanOrEqual(4000);
  });

  it("without a command, or with one that is no list, is refused in the preview", async () => {
    expect(await gate().refusals(wanted(["pass"], { command: [] }))).toEqual([expect.stringMatching(/^command/)]);
    expect(await gate().refusals(wanted(["pass"], { command: "npm test" }))).toEqual([
      expect.stringMatching(/^command: /),
    ]);
    expect(await gate().refusals(wanted(["pass"], { timeoutMs: 0 }))).toEqual([expect.stringMatching(/^timeoutMs: /)]);
  });
});
