import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeWeights } from "../../provider/local/envoy/runtimeLayer.ts";
import { accepts } from "../../provider/local/ports.ts";
import { supervisorOf } from "../../provider/local/process/supervised.ts";
import { patient } from "../patience.ts";
import { Managed, refusal } from "./managed.ts";
import { ask, Outpost } from "./outpost.ts";
import { childrenOf, freePorts, processes } from "./stage.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let post: Outpost;
let proxy: Managed;
beforeEach(async () => {
  post = await Outpost.open();
  proxy = new Managed("greenlight:local:Proxy", "proxy");
});
afterEach(() => post.stage.end());

const pidFile = () => post.stage.path("processes", "proxy.pid");
const envoy = () => childrenOf(supervisorOf(pidFile()) ?? 0)[0]?.pid ?? 0;
const serveAll = (blue: number) => writeWeights(post.stage.path("envoy"), ["api"], { blue, green: 100 - blue });
const answers = (port: number, version: string) =>
  vi.waitUntil(async () => (await ask(port)).version === version, patient);

describe("the proxy", () => {
  it("lets nobody in before the first switch, but its direct addresses reach each environment", async () => {
    await Promise.all([post.serve("blue"), post.serve("green")]);
    await proxy.create(post.proxy());
    await Promise.all([post.healthy("blue"), post.healthy("green")]);
    expect((await ask(post.api.port)).status).toBe(503);
    await answers(post.api.direct.blue, "blue");
    await answers(post.api.direct.green, "green");
    expect((await ask(post.api.port)).status).toBe(503);
    await proxy.refresh();
    expect(await proxy.differs()).toBe(false);
    await proxy.delete();
    expect(existsSync(post.stage.path("envoy"))).toBe(false);
    expect(await ask(post.api.port)).toEqual({ status: 0, version: undefined });
  });

  it("opens on the given address the services' own ports alone", async () => {
    const elsewhere = "127.0.0.2";
    await post.serve("blue");
    await proxy.create({ ...post.proxy(), listen: elsewhere });
    const open = async (host: string) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries({ users: post.api.port, direct: post.api.direct.blue, admin: post.admin }).map(
            async ([what, port]) => [what, await accepts(host, port)] as const,
          ),
        ),
      );
    expect(await open(elsewhere)).toEqual({ users: true, direct: false, admin: false });
    expect(await open("127.0.0.1")).toEqual({ users: false, direct: true, admin: true });

    await proxy.update(post.proxy());
    expect(await open(elsewhere)).toEqual({ users: false, direct: false, admin: false });
    expect(await open("127.0.0.1")).toEqual({ users: true, direct: true, admin: true });
  });

  it("shares no memory with another process, which would stay behind when it is killed", async () => {
    await proxy.create(post.proxy());
    const mapped = readFileSync(`/proc/${envoy()}/maps`, "utf8");
    expect(mapped).toMatch(/envoy$/m);
    expect(mapped).not.toContain("/dev/shm/");
  });

  it("that is killed comes back with its weights; killed with its supervisor, with the next update", async () => {
    await post.serve("green");
    await proxy.create(post.proxy());
    serveAll(0);
    await answers(post.api.port, "green");
    const before = envoy();
    process.kill(before, "SIGKILL");
    await vi.waitUntil(() => envoy() !== 0 && envoy() !== before, patient);
    await answers(post.api.port, "green");

    process.kill(-(supervisorOf(pidFile()) ?? 0), "SIGKILL");
    await vi.waitUntil(() => supervisorOf(pidFile()) === undefined, patient);
    expect(await proxy.refresh()).toBeUndefined();
    await proxy.create(post.proxy());
    await answers(post.api.port, "green");
  });

  it("takes up other instances and another service without a restart, and a request under way stays", async () => {
    const [newBlue = 0, webPort = 0, webBlue = 0, webDirect = 0] = await freePorts(4);
    await Promise.all([post.serve("blue"), post.serveOn(newBlue, "newcomer"), post.serveOn(webBlue, "web")]);
    await proxy.create(post.proxy());
    serveAll(100);
    await answers(post.api.port, "blue");
    const before = envoy();
    const held = fetch(`http://127.0.0.1:${post.api.direct.blue}/hold`).then(
      (answer) => answer.text(),
      () => "failed",
    );

    const moved = { ...post.api, instances: { ...post.api.instances, blue: [newBlue] } };
    const web = {
      ...post.api,
      name: "web",
      port: webPort,
      instances: { blue: [webBlue], green: [] },
      direct: { blue: webDirect, green: 1 },
    };
    await proxy.update(post.proxy([moved, web]));
    expect(envoy()).toBe(before);
    await answers(post.api.port, "newcomer");
    await answers(webDirect, "web");
    expect((await ask(webPort)).status).toBe(503);
    process.kill(
      Number(/started (\d+)/.exec(post.stage.read("logs", `blue-${post.api.instances.blue[0]}.log`))?.[1]),
      "SIGTERM",
    );
    expect(await held).toBe("held, then answered by blue");
  });

  it("left running by a killed update is taken over, not doubled", async () => {
    await proxy.create(post.proxy());
    const before = envoy();
    await new Managed("greenlight:local:Proxy", "proxy").create(post.proxy());
    expect(envoy()).toBe(before);
    expect(
      processes().filter((it) => it.args.includes(post.stage.dir) && it.args.includes("--config-path")),
    ).toHaveLength(2);
  });
});

describe("a port that another program has", () => {
  async function occupied<T>(port: number, work: () => Promise<T>): Promise<T> {
    const other = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    try {
      return await work();
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  }

  it("is named: the admin interface's, the users', an environment's direct one; nothing is left", async () => {
    const { port, direct } = post.api;
    for (const [taken, what] of [
      [post.admin, "the proxy's admin interface"],
      [port, "the address of api"],
      [direct.green, "the direct address of api in green"],
    ] as const) {
      const said = await occupied(taken, () => refusal(proxy.create(post.proxy())));
      expect(said).toContain(`Port ${taken} is in use by another program; ${what} needs it.`);
      expect(supervisorOf(pidFile())).toBeUndefined();
    }
  });

  it("for its admin interface is found out while the running proxy still serves", async () => {
    await post.serve("blue");
    await proxy.create(post.proxy());
    serveAll(100);
    await answers(post.api.port, "blue");
    const before = envoy();
    const [taken = 0] = await freePorts(1);
    const said = await occupied(taken, () => refusal(proxy.update({ ...post.proxy(), adminPort: taken })));
    expect(said).toContain(`Port ${taken} is in use by another program; the proxy's admin interface needs it.`);
    expect(envoy()).toBe(before);
    // A free one is moved to.
    await proxy.update({ ...post.proxy(), adminPort: taken });
    await answers(post.api.port, "blue");
  });

  it("is found out by a running proxy that should open it, too: an answer of somebody else is not ours", async () => {
    await proxy.create(post.proxy());
    const [taken = 0] = await freePorts(1);
    const web = { ...post.api, name: "web", port: taken, instances: { blue: [], green: [] } };
    const said = await occupied(taken, () => refusal(proxy.update(post.proxy([post.api, web]))));
    expect(said).toContain(`Port ${taken} is in use by another program; the address of web needs it.`);
    expect(readFileSync(post.stage.path("envoy", "lds.json"), "utf8")).not.toContain("web");
  });
});
