import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readWeights, writeWeights } from "../../provider/local/envoy/runtimeLayer.ts";
import { moveTraffic } from "../../provider/local/moveTraffic.ts";
import { stopSupervised, supervisorOf } from "../../provider/local/process/supervised.ts";
import { everServed } from "../../provider/local/serving.ts";
import type { GateProof } from "../../release/gateProof.ts";
import { patient } from "../patience.ts";
import { Managed, refusal, unknownOnTheWire } from "./managed.ts";
import { type Answer, ask, Outpost } from "./outpost.ts";
import { freePorts } from "./stage.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const never = new AbortController().signal;

const proof = (environment: "blue" | "green", version: string, gate: "health" | "smoke"): GateProof => ({
  gate,
  environment,
  version,
  passed: true,
  at: "2026-01-01T00:00:00.000Z",
});
const proofs = [
  proof("blue", "v1", "health"),
  proof("blue", "v1", "smoke"),
  proof("green", "v2", "health"),
  proof("green", "v2", "smoke"),
];

let post: Outpost;
let traffic: Managed;
let proxy: Managed;

const wanted = (blue: number, over = {}) => ({
  dir: post.stage.dir,
  listen: "127.0.0.1",
  adminPort: post.admin,
  services: ["api"],
  weights: { blue, green: 100 - blue },
  versions: { blue: "v1", green: "v2" },
  proofs,
  requires: ["health", "smoke"],
  ...over,
});
const place = (services = ["api"]) => ({ dir: post.stage.dir, listen: "127.0.0.1", adminPort: post.admin, services });
const answeredBy = (version: string) =>
  vi.waitUntil(async () => (await ask(post.api.port)).version === version, patient);
const serving = async () => post.asked.weights("api");

beforeAll(async () => {
  post = await Outpost.open();
  await Promise.all([post.serve("blue"), post.serve("green")]);
  proxy = new Managed("greenlight:local:Proxy", "proxy");
  await proxy.create(post.proxy());
  await Promise.all([post.healthy("blue"), post.healthy("green")]);
});
afterAll(() => post.stage.end());

// Each test begins with blue live.
beforeEach(async () => {
  await moveTraffic(place(), { blue: 100, green: 0 }, never);
  traffic = new Managed("greenlight:local:Traffic", "traffic");
  await traffic.create(wanted(100));
});

describe("traffic", () => {
  it("moves, and what is reported is what was read back", async () => {
    expect(traffic.state.serving).toEqual({ blue: 100, green: 0 });
    await answeredBy("blue");
    expect(await traffic.differs(wanted(0))).toBe(true);
    const state = await traffic.update(wanted(0));
    expect(state.serving).toEqual({ blue: 0, green: 100 });
    expect(await serving()).toEqual({ blue: 0, green: 100 });
    await answeredBy("green");
    expect(await traffic.differs()).toBe(false);
  });

  it("can be shared", async () => {
    await traffic.update(wanted(50));
    const seen = new Set<string | undefined>();
    await vi.waitUntil(async () => seen.add((await ask(post.api.port)).version).size === 2, patient);
    expect([...seen].sort()).toEqual(["blue", "green"]);
  });

  it("stays where it is when it is deleted: users are served while the proxy stands", async () => {
    await traffic.delete();
    await answeredBy("blue");
  });

  it("switched 20 times under load on kept connections, no request fails", async () => {
    const answers: Answer[] = [];
    let over = false;
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!over) answers.push(await ask(post.api.port));
      }),
    );
    try {
      for (let i = 1; i <= 20; i += 1) {
        const blue = i % 2 === 0 ? 100 : 0;
        await traffic.update(wanted(blue));
        const from = answers.length;
        const side = blue === 100 ? "blue" : "green";
        await vi.waitUntil(() => answers.slice(from).some((it) => it.version === side), patient);
      }
    } finally {
      over = true;
      await load;
    }
    expect(answers.filter((it) => it.status !== 200)).toEqual([]);
    expect(new Set(answers.map((it) => it.version))).toEqual(new Set(["blue", "green"]));
    expect(answers.length).toBeGreaterThan(200);
  });
});

describe("moved by somebody else", () => {
  it("is drift that a refresh shows", async () => {
    await moveTraffic(place(), { blue: 0, green: 100 }, never);
    expect(await traffic.refresh()).toMatchObject({ serving: { blue: 0, green: 100 } });
    expect(await traffic.differs()).toBe(true);
    await traffic.update();
    expect(await serving()).toEqual({ blue: 100, green: 0 });
  });

  it("is refused by an update that does not know it, and left as it is", async () => {
    await moveTraffic(place(), { blue: 70, green: 30 }, never);
    const said = await refusal(traffic.update(wanted(0)));
    expect(said).toContain(
      "Somebody moved traffic: the proxy serves blue 70 %, green 30 %, the last update left blue 100 %.",
    );
    expect(said).toContain("pulumi refresh");
    expect(await serving()).toEqual({ blue: 70, green: 30 });
    await traffic.refresh();
    await traffic.update(wanted(0));
    expect(await serving()).toEqual({ blue: 0, green: 100 });
  });

  it("to where the update wants it is taken as done", async () => {
    await moveTraffic(place(), { blue: 0, green: 100 }, never);
    expect(await traffic.update(wanted(0))).toMatchObject({ serving: { blue: 0, green: 100 } });
  });

  it("a service that is new in an update was moved by nobody", async () => {
    const [port = 0, directBlue = 0, directGreen = 0] = await freePorts(3);
    const web = { ...post.api, name: "web", port, direct: { blue: directBlue, green: directGreen } };
    await proxy.update(post.proxy([post.api, web]));
    await vi.waitUntil(async () => (await post.asked.healthy("web", "blue")).healthy === 1, patient);
    await traffic.update(wanted(100, { services: ["api", "web"] }));
    await vi.waitUntil(async () => (await ask(port)).version === "blue", patient);
    expect(await post.asked.weights("web")).toEqual({ blue: 100, green: 0 });
  });
});

describe("refused before anything moves", () => {
  it("an environment without proofs of its gates", async () => {
    const none = await traffic.refusals(wanted(0, { proofs: [] }));
    expect(none).toEqual([
      "proofs: green v2 gets no traffic: no proof that health passed for v2 in green: none was given",
      "proofs: green v2 gets no traffic: no proof that smoke passed for v2 in green: none was given",
    ]);
    const half = await traffic.refusals(wanted(0, { proofs: [proof("green", "v2", "health")] }));
    expect(half).toHaveLength(1);
    expect(await traffic.refusals(wanted(0))).toEqual([]);
  });

  it("proofs of another version or of the other environment", async () => {
    const foreign = [proof("green", "v1", "health"), proof("green", "v1", "smoke")];
    expect(await traffic.refusals(wanted(0, { proofs: foreign }))).toHaveLength(2);
    const elsewhere = [proof("blue", "v2", "health"), proof("blue", "v2", "smoke")];
    expect(await traffic.refusals(wanted(0, { proofs: elsewhere }))).toHaveLength(2);
  });

  it("also the smallest share, and also at the very first update", async () => {
    expect(await traffic.refusals(wanted(99, { proofs: [] }))).toHaveLength(2);
    const first = new Managed("greenlight:local:Traffic", "traffic");
    expect(await first.refusals(wanted(100, { proofs: [] }))).toHaveLength(2);
  });

  it("not the way back of what keeps its share: no proof is asked of it", async () => {
    expect(await traffic.refusals(wanted(100, { proofs: [] }))).toEqual([]);
  });

  it("an environment without a version", async () => {
    expect(await traffic.refusals(wanted(0, { versions: { blue: "v1" } }))).toEqual([
      "weights: green has no version, so it cannot receive traffic",
    ]);
  });

  it("weights that do not sum to 100, that are no whole numbers or out of range", async () => {
    expect(await traffic.refusals(wanted(0, { weights: { blue: 50, green: 49 } }))).toEqual([
      "weights: the weights of blue and green must sum to 100",
    ]);
    for (const weights of [
      { blue: 150, green: -50 },
      { blue: 49.5, green: 50.5 },
      { blue: "100", green: 0 },
      { blue: 100 },
      {},
    ]) {
      const refusals = await traffic.refusals(wanted(0, { weights }));
      expect(refusals.length).toBeGreaterThan(0);
      for (const it of refusals) expect(it).toMatch(/^weights\./);
    }
  });

  it("a proof that does not say it passed, or says more than a proof does", async () => {
    expect(
      await traffic.refusals(wanted(0, { proofs: [{ ...proof("green", "v2", "health"), passed: false }] })),
    ).toEqual([expect.stringMatching(/^proofs\.0\.passed: /)]);
    expect(
      await traffic.refusals(wanted(0, { proofs: [{ ...proof("green", "v2", "health"), extra: 1 }] })),
    ).toHaveLength(1);
  });

  it("in a preview, proofs that are not known yet are no reason to fail", async () => {
    expect(await traffic.refusals(wanted(0, { proofs: unknownOnTheWire }))).toEqual([]);
  });
});

describe("when something is not well", () => {
  it("a receiving side with a sick instance gets nothing: the live one serves on", async () => {
    const greenPort = post.api.instances.green[0] ?? 0;
    await ask(greenPort, "/fail");
    await post.healthy("green", false);
    const said = await refusal(traffic.update(wanted(0)));
    expect(said).toContain("green cannot take traffic: 0 of 1 instances of api are healthy.");
    expect(said).toContain("The proxy serves blue 100 % as before.");
    expect(await serving()).toEqual({ blue: 100, green: 0 });
    // The way back needs the live side's health alone.
    await moveTraffic(place(), { blue: 50, green: 50 }, never);
    await traffic.refresh();
    await traffic.update(wanted(100));
    await ask(greenPort, "/mend");
    await post.healthy("green");
  });

  it("without a proxy nothing is said to be moved; what was last written is still read", async () => {
    const pidFile = post.stage.path("processes", "proxy.pid");
    await stopSupervised(pidFile, 10_000);
    expect(supervisorOf(pidFile)).toBeUndefined();
    try {
      expect(await refusal(traffic.update(wanted(0)))).toContain("The proxy does not answer (");
      expect(await traffic.refresh()).toMatchObject({ serving: { blue: 100, green: 0 } });
      const said = await refusal(moveTraffic(place(), { blue: 0, green: 100 }, never, 100));
      expect(said).toContain("The proxy does not use the new weights after 0.1 s.");
      expect(said).toContain("green 100 % for api; seen: ");
    } finally {
      await proxy.create(post.proxy());
    }
    // It took up what was written while it was away.
    await answeredBy("green");
  });
});

describe("weights on disk", () => {
  it("are all or nothing, also when two are written in one millisecond", async () => {
    const dir = post.stage.path("aside");
    for (let blue = 0; blue <= 100; blue += 1) {
      writeWeights(dir, ["api", "web"], { blue, green: 100 - blue });
      expect([readWeights(dir, "api"), readWeights(dir, "web")]).toEqual(Array(2).fill({ blue, green: 100 - blue }));
    }
    expect(readWeights(dir, "unknown")).toBeUndefined();
    expect(readWeights(post.stage.path("nothing"), "api")).toBeUndefined();
  });

  it("say whether users were ever served", () => {
    expect(everServed(post.stage.path("nothing"))).toBe(false);
  });
});
