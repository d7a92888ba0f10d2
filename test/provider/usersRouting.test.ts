import { Agent } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readCounters } from "../../provider/local/envoy/metrics.ts";
import { moveTraffic } from "../../provider/local/moveTraffic.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { patient } from "../patience.ts";
import { Managed } from "./managed.ts";
import { ask, Outpost } from "./outpost.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const never = new AbortController().signal;
const testers = { header: "x-environment" };

let post: Outpost;
let proxy: Managed;

beforeAll(async () => {
  post = await Outpost.open();
  await Promise.all([post.serve("blue"), post.serve("green")]);
  proxy = new Managed("greenlight:local:Proxy", "proxy");
  await proxy.create(post.proxy());
  await Promise.all([post.healthy("blue"), post.healthy("green")]);
});
afterAll(() => post.stage.end());

const share = async (green: number) =>
  moveTraffic(
    { dir: post.stage.dir, listen: "127.0.0.1", adminPort: post.admin, services: ["api"] },
    { blue: 100 - green, green },
    never,
  );
const routed = (over: object, services = [post.api]) => proxy.update(post.proxy(services, over));
const asked = async (value: string, header = "x-environment") =>
  (await ask(post.api.port, "/", { [header]: value })).version;

/** Requests that each side answered, as a verdict counts them. */
async function counted(): Promise<Record<EnvironmentName, number>> {
  const of = async (side: EnvironmentName) => {
    const { api } = await readCounters(post.asked, ["api"], side);
    return api !== undefined && "requests" in api ? api.requests : Number.NaN;
  };
  return { blue: await of("blue"), green: await of("green") };
}

describe("testers", () => {
  beforeEach(async () => {
    await share(0);
    await routed({ testers });
  });

  it("reach either side by the header's exact value, whatever the shares, and in any case of its name", async () => {
    for (const green of [0, 50, 100]) {
      await share(green);
      for (const side of ["blue", "green"]) {
        expect(await Promise.all(Array.from({ length: 10 }, () => asked(side)))).toEqual(Array(10).fill(side));
        expect(await asked(side, "X-Environment")).toBe(side);
      }
    }
  });

  it("are users with any other value", async () => {
    for (const value of ["Green", "green,blue", "greenish", "", "*"]) expect(await asked(value)).toBe("blue");
    expect(await asked("green", "x-environments")).toBe("blue");
  });

  it("never count as users", async () => {
    await ask(post.api.port);
    const before = await counted();
    for (const side of ["blue", "green"]) {
      for (let i = 0; i < 20; i += 1) await asked(side);
    }
    expect(await counted()).toEqual(before);
    await ask(post.api.port);
    expect(await counted()).toEqual({ ...before, blue: before.blue + 1 });
  });

  it("do not reach a side without an instance: they are users then", async () => {
    const alone = { ...post.api, instances: { ...post.api.instances, green: [] } };
    await routed({ testers }, [alone]);
    expect(await asked("green")).toBe("blue");
    expect(await asked("blue")).toBe("blue");
  });

  it("come and go, by another header too, on connections that stay and with a request under way", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const connections = new Set<unknown>();
    agent.on("free", (socket) => connections.add(socket));
    const by = async (header: string) =>
      (await ask(post.api.port, "/", { [header]: "green" }, agent)).version ?? "no answer";
    const held = fetch(`http://127.0.0.1:${post.api.port}/hold`, { headers: { "x-environment": "green" } }).then(
      (answer) => answer.text(),
      () => "failed",
    );
    const log = () => post.stage.read("logs", `green-${post.api.instances.green[0]}.log`);
    await vi.waitUntil(() => log().includes("holding"), patient);
    expect(await by("x-environment")).toBe("green");
    await routed({ testers: { header: "x-side" } });
    expect([await by("x-environment"), await by("x-side")]).toEqual(["blue", "green"]);
    await routed({});
    expect(await by("x-side")).toBe("blue");
    await routed({ testers });
    expect(await by("x-environment")).toBe("green");
    expect(connections.size).toBe(1);
    agent.destroy();

    process.kill(Number(/started (\d+)/.exec(log())?.[1]), "SIGTERM");
    expect(await held).toBe("held, then answered by green");
    // Its supervisor starts it again.
    await vi.waitUntil(() => log().match(/listening/g)?.length === 2, patient);
    await post.healthy("green");
  });
});

describe("a user who stays", () => {
  const clients = 400;
  interface Client {
    readonly cookie: string;
    readonly first: string;
  }
  let users: Client[];

  /** What each client is answered by, in their order. */
  async function rounds(): Promise<string[]> {
    const answers: string[] = [];
    for (const { cookie } of users) {
      const answer = await ask(post.api.port, "/", { cookie: `theme=dark; ${cookie}` });
      // Who brings the cookie is given no other.
      expect(answer.cookie).toBeUndefined();
      answers.push(answer.version ?? `status ${answer.status}`);
    }
    return answers;
  }

  beforeAll(async () => {
    await routed({ testers, stickySeconds: 3_600 });
    await share(30);
    users = [];
    for (let i = 0; i < clients; i += 1) {
      const { cookie = "", version = "" } = await ask(post.api.port);
      users.push({ cookie, first: version });
    }
  });

  it("is one of a share of all of them", () => {
    const green = users.filter(({ first }) => first === "green").length;
    // Five standard deviations of the binomial distribution: once in 1.7 million runs it lies outside.
    const [mean, deviation] = [0.3 * clients, Math.sqrt(clients * 0.3 * 0.7)];
    expect(Math.abs(green - mean)).toBeLessThanOrEqual(5 * deviation);
    expect(new Set(users.map(({ cookie }) => cookie)).size).toBe(clients);
    expect(users[0]?.cookie).toMatch(/^greenlight-side=[0-9a-f-]{36}$/);
  });

  it("is answered by the side of the first answer, again and again", async () => {
    const first = users.map((it) => it.first);
    expect(await rounds()).toEqual(first);
    expect(await rounds()).toEqual(first);
  });

  it("comes to a candidate as its share rises, and leaves it as it falls; nobody is moved the other way", async () => {
    const greenAt = async (percent: number) => {
      await share(percent);
      const answers = await rounds();
      expect(await rounds()).toEqual(answers);
      return new Set(answers.flatMap((side, at) => (side === "green" ? [at] : [])));
    };
    const few = await greenAt(10);
    const some = new Set(users.flatMap(({ first }, at) => (first === "green" ? [at] : [])));
    const half = await greenAt(50);
    expect([...few].filter((at) => !some.has(at))).toEqual([]);
    expect([...some].filter((at) => !half.has(at))).toEqual([]);
    expect([few.size < some.size, some.size < half.size]).toEqual([true, true]);
  });

  it.each([
    [100, "green"],
    [0, "blue"],
  ] as const)("goes with everybody at %d %%, at once", async (percent, side) => {
    await share(50);
    await share(percent);
    expect(new Set(await rounds())).toEqual(new Set([side]));
  });

  it("is given a cookie that scripts cannot read and other sites do not send, for as long as asked", async () => {
    const answer = await fetch(`http://127.0.0.1:${post.api.port}/`);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^greenlight-side=[0-9a-f-]{36}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it("is given a new one for one that says nothing, and none by testers' requests", async () => {
    const cookieFor = async (headers: Record<string, string>) => (await ask(post.api.port, "/", headers)).cookie;
    expect(await cookieFor({ cookie: "greenlight-side=; theme=dark" })).toMatch(/^greenlight-side=./);
    expect(await cookieFor({ cookie: "not-greenlight-side=1" })).toMatch(/^greenlight-side=./);
    expect(await cookieFor({ "x-environment": "green" })).toBeUndefined();
  });

  it("gets none any more when the setting is gone", async () => {
    await routed({});
    expect((await ask(post.api.port)).cookie).toBeUndefined();
  });
});
