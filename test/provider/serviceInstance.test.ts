import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { supervisorOf } from "../../provider/local/process/supervised.ts";
import { decode } from "../../provider/wire.ts";
import { patient } from "../patience.ts";
import { Managed, refusal, secret } from "./managed.ts";
import { freePorts, lives, processes, Stage, tinyServer } from "./stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const password = "correct-horse/battery";
const url = `postgres://shop:${encodeURIComponent(password)}@127.0.0.1:5432/shop`;

let stage: Stage;
let instance: Managed;
let port: number;
let other: Server | undefined;
beforeEach(async () => {
  stage = new Stage();
  mkdirSync(stage.path("processes"));
  instance = new Managed("greenlight:local:ServiceInstance", "blue-api-1");
  [port = 0] = await freePorts(1);
});
afterEach(async () => {
  if (other !== undefined) await new Promise((resolve) => other?.close(resolve));
  other = undefined;
  await stage.end();
});

const wanted = (over = {}) => ({
  dir: stage.dir,
  service: "api",
  environment: "blue",
  version: "v1",
  command: [process.execPath, tinyServer],
  directory: stage.dir,
  env: {},
  secretEnv: secret({ DATABASE_URL: url }),
  listen: "127.0.0.1",
  port,
  drainMs: 10_000,
  startMs: 30_000,
  ...over,
});

const ask = async (path = "/") =>
  (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as { version: string; pid: number };
const log = () => stage.read("logs", "blue-api-1.log");
const pidFile = () => stage.path("processes", "blue-api-1.pid");
const group = () => processes().filter((it) => it.group === supervisorOf(pidFile()));

async function occupy(at = port): Promise<void> {
  other = createServer((_, response) => response.end("{}"));
  await new Promise<void>((resolve) => other?.listen(at, "127.0.0.1", resolve));
}

describe("an instance", () => {
  it("serves its version on its port; it is recorded and unchanged at the next look", async () => {
    const state = await instance.create(wanted());
    expect(state).toMatchObject({
      address: `http://127.0.0.1:${port}`,
      running: true,
      supervisor: supervisorOf(pidFile()),
    });
    expect((await ask()).version).toBe("v1");
    expect(readRecords(stage.dir)).toMatchObject([
      { name: "blue-api-1", service: "api", version: "v1", port, alive: true },
    ]);
    await instance.refresh();
    expect(await instance.differs()).toBe(false);
  });

  it("is told its port, address, version and environment, and the port in its arguments", async () => {
    const dump = stage.path("dump");
    await instance.create(
      wanted({ command: [process.execPath, tinyServer, "--port={port}", "{port}"], env: { DUMP: dump } }),
    );
    const seen = JSON.parse(readFileSync(dump, "utf8")) as { argv: string[]; env: Record<string, string> };
    expect(seen.argv).toEqual([`--port=${port}`, String(port)]);
    expect(seen.env).toMatchObject({
      PORT: String(port),
      HOST: "127.0.0.1",
      VERSION: "v1",
      ENVIRONMENT: "blue",
      DATABASE_URL: url,
    });
  });

  it("has nothing of the caller's environment that may be a secret", async () => {
    process.env.PULUMI_CONFIG_PASSPHRASE_TEST = "secret";
    const dump = stage.path("dump");
    await instance
      .create(wanted({ env: { DUMP: dump } }))
      .finally(() => delete process.env.PULUMI_CONFIG_PASSPHRASE_TEST);
    expect(readFileSync(dump, "utf8")).not.toContain("PASSPHRASE");
  });

  it("keeps its secrets out of arguments and files, and marked in the state", async () => {
    await instance.create(wanted());
    expect(processes().filter((it) => it.args.includes("battery"))).toEqual([]);
    for (const file of ["blue-api-1.json", "blue-api-1.pid"])
      expect(stage.read("processes", file)).not.toContain("battery");
    expect([...decode(instance.wire).secrets]).toEqual(["secretEnv"]);
    await instance.refresh();
    expect([...decode(instance.wire).secrets]).toEqual(["secretEnv"]);
  });

  it("that is killed comes back by itself", async () => {
    await instance.create(wanted());
    const { pid } = await ask();
    process.kill(pid, "SIGKILL");
    await vi.waitUntil(
      () =>
        ask().then(
          (it) => it.pid !== pid,
          () => false,
        ),
      patient,
    );
    await instance.refresh();
    expect(await instance.differs()).toBe(false);
  });

  it("whose process does not come back is drift, mended by the next update", async () => {
    await instance.create(wanted());
    const { pid } = await ask();
    // Held, it does not listen any more; its supervisor lives.
    const supervisor = supervisorOf(pidFile()) ?? 0;
    process.kill(supervisor, "SIGSTOP");
    process.kill(pid, "SIGKILL");
    await vi.waitUntil(
      () =>
        ask().then(
          () => false,
          () => true,
        ),
      patient,
    );
    expect(await instance.refresh()).toMatchObject({ running: false });
    expect(await instance.differs()).toBe(true);
    process.kill(supervisor, "SIGCONT");
    expect(await instance.update()).toMatchObject({ running: true });
    expect((await ask()).version).toBe("v1");
  });

  it("that is killed with its supervisor is gone, and made again by the next update", async () => {
    await instance.create(wanted());
    process.kill(-(supervisorOf(pidFile()) ?? 0), "SIGKILL");
    await vi.waitUntil(() => supervisorOf(pidFile()) === undefined, patient);
    expect(await instance.refresh()).toBeUndefined();
    expect(readRecords(stage.dir)).toMatchObject([{ alive: false }]);
    await instance.create(wanted());
    expect((await ask()).version).toBe("v1");
  });
});

describe("an update", () => {
  it("lets the old process finish its requests, then starts the new one, which is another incarnation", async () => {
    const before = await instance.create(wanted());
    const held = fetch(`http://127.0.0.1:${port}/hold`).then((answer) => answer.text());
    await vi.waitUntil(() => log().includes("holding"), patient);
    const after = await instance.update(wanted({ version: "v2" }));
    expect(await held).toBe("held, then answered by v1");
    expect((await ask()).version).toBe("v2");
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(readRecords(stage.dir)).toMatchObject([{ version: "v2" }]);
  });

  it("of nothing but the times we wait restarts nobody", async () => {
    const before = await instance.create(wanted());
    const { pid } = await ask();
    const after = await instance.update(wanted({ drainMs: 5000, startMs: 20_000 }));
    expect((await ask()).pid).toBe(pid);
    expect(after).toMatchObject({ incarnation: before.incarnation, drainMs: 5000 });
  });
});

describe("an update to a port that another program has", () => {
  it("is refused while the old process still serves", async () => {
    await instance.create(wanted());
    const [taken = 0] = await freePorts(1);
    await occupy(taken);
    const said = await refusal(instance.update(wanted({ port: taken })));
    expect(said).toContain(`Port ${taken} is in use by another program`);
    expect((await ask()).version).toBe("v1");
  });
});

describe("a start that fails says why and leaves nothing", () => {
  it("the command is missing: refused in the preview", async () => {
    expect(await instance.refusals(wanted({ command: ["no-such-program"] }))).toEqual([
      `command: there is no command no-such-program on PATH or in ${stage.dir}`,
    ]);
    expect(await instance.refusals(wanted({ command: ["./no-such-file"] }))).toHaveLength(1);
  });

  it("the folder is missing: refused in the preview", async () => {
    expect(await instance.refusals(wanted({ directory: "/no/such/folder" }))).toEqual([
      "directory: /no/such/folder is not a folder",
    ]);
  });

  it("the port belongs to another program, which stays as it is", async () => {
    await occupy();
    const said = await refusal(instance.create(wanted()));
    expect(said).toMatch(new RegExp(`^Port ${port} is in use by another program; api in blue needs it`));
    expect(said).toContain("greenlight:ports");
    expect(existsSync(pidFile())).toBe(false);
    expect(readRecords(stage.dir)).toEqual([]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });

  it("it never listens: ended, with the end of its log", async () => {
    const said = await refusal(instance.create(wanted({ env: { MODE: "silent" }, startMs: 1000 })));
    expect(said).toContain(`api v1 in blue does not listen on port ${port} after 1 s.`);
    expect(said).toMatch(/ends with:\nstarted \d+/);
    expect(said).toContain("the live environment serves as before");
    expect(existsSync(pidFile())).toBe(false);
    expect(readRecords(stage.dir)).toEqual([]);
    expect(processes().filter((it) => it.pid === Number(/started (\d+)/.exec(said)?.[1]))).toEqual([]);
  });

  it("it crashes over and over: ended, and what it printed of its secrets is masked", async () => {
    const said = await refusal(instance.create(wanted({ env: { MODE: "crash" }, startMs: 1000 })));
    expect(said).toContain("cannot go on; ***");
    expect(said).not.toContain("battery");
    expect(group()).toEqual([]);
  });
});

describe("what a killed update left", () => {
  it("running is taken over: ended and started anew, never twice", async () => {
    await instance.create(wanted());
    const { pid } = await ask();
    const supervisor = supervisorOf(pidFile()) ?? 0;
    // The next update knows nothing of it: its state was never saved.
    const again = new Managed("greenlight:local:ServiceInstance", "blue-api-1");
    await again.create(wanted({ version: "v2" }));
    expect(lives(pid) || lives(supervisor)).toBe(false);
    expect((await ask()).version).toBe("v2");
  });

  it("a cancelled start stays where the next update finds it", async () => {
    const creating = refusal(instance.create(wanted({ env: { MODE: "silent" } })));
    await vi.waitUntil(() => existsSync(stage.path("processes", "blue-api-1.json")), patient);
    await instance.provider.cancel();
    expect(await creating).toContain("the update was cancelled");
    expect(group().length).toBeGreaterThan(0);
    const again = new Managed("greenlight:local:ServiceInstance", "blue-api-1");
    await again.create(wanted());
    expect((await ask()).version).toBe("v1");
  });
});

describe("deleted", () => {
  it("it drains, and leaves neither process nor port nor record", async () => {
    await instance.create(wanted());
    const held = fetch(`http://127.0.0.1:${port}/hold`).then((answer) => answer.text());
    await vi.waitUntil(() => log().includes("holding"), patient);
    const supervisor = supervisorOf(pidFile()) ?? 0;
    await instance.delete();
    expect(await held).toBe("held, then answered by v1");
    expect(processes().filter((it) => it.group === supervisor)).toEqual([]);
    expect(readRecords(stage.dir)).toEqual([]);
    expect(existsSync(pidFile())).toBe(false);
    await occupy();
    await instance.delete();
  });

  it("also when only its supervisor was killed", async () => {
    await instance.create(wanted());
    const { pid } = await ask();
    process.kill(supervisorOf(pidFile()) ?? 0, "SIGKILL");
    await vi.waitUntil(() => supervisorOf(pidFile()) === undefined, patient);
    await instance.delete();
    expect(lives(pid)).toBe(false);
  });
});

describe("hostile input", () => {
  it("a name that would leave the folder is refused", async () => {
    for (const name of ["../../etc/cron.d/x", "a/b", ".hidden", "", "a".repeat(200)]) {
      const odd = new Managed("greenlight:local:ServiceInstance", name);
      expect(await odd.refusals(wanted())).toEqual([expect.stringContaining("cannot be the name of a file")]);
    }
  });

  it("a variable that the process could not be given is refused by name", async () => {
    for (const name of ["a.b", "a-b", "1a", "", "A=B", "A B"]) {
      expect(await instance.refusals(wanted({ env: { [name]: "x" } }))).toEqual([
        expect.stringMatching(`^env\\.${name}: `),
      ]);
    }
  });

  it("a folder with an odd name is a folder like any other", async () => {
    const dir = stage.path(`it's a "$(touch evaluated)" ; \\ ü\n folder`);
    for (const part of ["processes", "logs"]) mkdirSync(`${dir}/${part}`, { recursive: true });
    await instance.create(wanted({ dir, directory: dir }));
    try {
      expect(supervisorOf(`${dir}/processes/blue-api-1.pid`)).toBe(instance.state.supervisor);
      expect((await ask()).version).toBe("v1");
      await instance.refresh();
      expect(await instance.differs()).toBe(false);
    } finally {
      await instance.delete();
    }
    expect(processes().filter((it) => it.group === instance.state.supervisor)).toEqual([]);
  });

  it("arguments are never evaluated", async () => {
    const evil = ["$(touch evaluated)", "`touch evaluated`", "; touch evaluated;", "a\nb"];
    const dump = stage.path("dump");
    await instance.create(wanted({ command: [process.execPath, tinyServer, ...evil], env: { DUMP: dump } }));
    expect((JSON.parse(readFileSync(dump, "utf8")) as { argv: string[] }).argv).toEqual(evil);
    expect(existsSync(stage.path("evaluated"))).toBe(false);
  });
});
