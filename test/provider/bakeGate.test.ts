import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { moveTraffic } from "../../provider/local/moveTraffic.ts";
import type { Thresholds } from "../../release/thresholds.ts";
import { Managed, refusal } from "./managed.ts";
import { ask, Outpost } from "./outpost.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let post: Outpost;
beforeAll(async () => {
  post = await Outpost.open();
  await Promise.all([post.serve("blue"), post.serve("green")]);
  await new Managed("greenlight:local:Proxy", "proxy").create(post.proxy());
  await Promise.all([post.healthy("blue"), post.healthy("green")]);
  await moveTraffic(place(), { blue: 0, green: 100 }, AbortSignal.timeout(30_000));
});
const place = () => ({ dir: post.stage.dir, listen: "127.0.0.1", adminPort: post.admin, services: ["api"] });
afterAll(() => post.stage.end());
beforeEach(async () => {
  await ask(post.api.instances.green[0] ?? 0, "/mend");
  await post.healthy("green");
});

const thresholds: Thresholds = {
  errorRate: { max: 0.01, for: 1000 },
  outage: null,
  p95: { maxMs: 5000, for: 1000 },
  minRequests: 5,
  staleAfter: 30_000,
  health: { failures: 1, required: true },
  smoke: { failures: 1, required: true },
  database: { failures: 1, required: true },
  logs: { maxNewPatterns: null },
};
const source = (adminPort: number) => ({ platform: "local", listen: "127.0.0.1", adminPort });
const wanted = (over = {}) => ({
  source: source(post.admin),
  services: ["api"],
  thresholds,
  live: "green",
  weights: { blue: 0, green: 100 },
  versions: { blue: "v1", green: "v2" },
  kind: "switch",
  watched: false,
  forMs: 3000,
  patienceMs: 0,
  everyMs: 500,
  minRequests: 5,
  ...over,
});
const gate = () => new Managed("greenlight:index:BakeGate", "bake");

/** Users, for as long as the work takes. */
async function underLoad<T>(work: Promise<T>): Promise<T> {
  let over = false;
  const users = Promise.all(
    [1, 2].map(async () => {
      while (!over) {
        await ask(post.api.port);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  );
  try {
    return await work;
  } finally {
    over = true;
    await users;
  }
}

describe("the bake", () => {
  it("lets a version pass that serves its users well for the whole time", async () => {
    const it_ = gate();
    const state = await underLoad(it_.create(wanted()));
    expect(state.verdict).toMatch(/^go/i);
    expect(await it_.differs()).toBe(false);
  });

  it("refuses a version that fails its users, says why, and how to go back", async () => {
    await ask(post.api.instances.green[0] ?? 0, "/fail");
    const it_ = gate();
    const said = await underLoad(refusal(it_.create(wanted({ forMs: 60_000 }))));
    expect(said).toMatch(/^no-go/i);
    expect(said).toContain("green v2 at 100 %, api");
    expect(said).toContain("greenlight rollback");
    expect(it_.id).toBe("");
  });

  it("does not take silence for a pass: without users there is no go", async () => {
    const said = await refusal(gate().create(wanted()));
    expect(said).toMatch(/^undecided/i);
    expect(said).toContain("green serves");
  });

  it("does not take a proxy that does not answer for a pass", async () => {
    const said = await refusal(gate().create(wanted({ source: source(1), forMs: 1500 })));
    expect(said).not.toBe("nothing was refused");
    expect(said).toMatch(/^(no-go|undecided)/i);
    expect(said).toContain("Where traffic is could not be read");
  });

  it("does not take a service that the proxy does not know for a pass", async () => {
    const said = await underLoad(refusal(gate().create(wanted({ services: ["api", "unknown"], forMs: 2500 }))));
    expect(said).toMatch(/^(no-go|undecided)/i);
    expect(said).toContain("unknown");
  });

  it("is asked anew when traffic moves, and at no other time", async () => {
    const it_ = gate();
    await it_.create(wanted({ watched: true }));
    expect(await it_.differs(wanted({ forMs: 9_000, kind: "none", versions: { green: "v2" } }))).toBe(false);
    expect(await it_.differs(wanted({ live: "blue", weights: { blue: 100, green: 0 } }))).toBe(true);
    expect(await it_.differs(wanted({ weights: { blue: 10, green: 90 } }))).toBe(true);
  });

  it.each([
    ["has no other version beside it", { versions: { green: "v2" } }, "there is no other version to go back to"],
    ["is a way back", { kind: "rollback" }, "a way back waits for nobody"],
    ["is watched by the command", { watched: true }, "Watched by the command that gave the update."],
  ])("asks nobody about what %s", async (_, over, why) => {
    const { verdict } = await gate().create(wanted({ source: source(1), forMs: 600_000, ...over }));
    expect(verdict).toContain(why);
  });

  it("lets a share be taken back, whatever the update is called", async () => {
    const it_ = gate();
    await it_.create(wanted({ live: "blue", weights: { blue: 50, green: 50 }, watched: true }));
    const less = wanted({ source: source(1), live: "blue", weights: { blue: 90, green: 10 }, kind: "release" });
    expect((await it_.update(less)).verdict).toContain("a way back waits for nobody");
  });

  it("watches who was given a share, and compares it with the other side", async () => {
    const weights = { blue: 50, green: 50 };
    await moveTraffic(place(), weights, AbortSignal.timeout(30_000));
    const state = await underLoad(gate().create(wanted({ live: "blue", weights, patienceMs: 60_000 })));
    expect(state.verdict).toMatch(/^Go at 50 %, compared: api: 0 % of the new version's requests failed/);
    await moveTraffic(place(), { blue: 0, green: 100 }, AbortSignal.timeout(30_000));
    const said = await underLoad(refusal(gate().create(wanted({ live: "blue", weights, forMs: 1000 }))));
    expect(said).not.toBe("nothing was refused");
    expect(said).toContain("Traffic is not where the update put it any more: api: blue 0 %, green 100 %.");
  });

  it("ends when the update is cancelled", async () => {
    const it_ = gate();
    const failing = refusal(
      it_.create(
        wanted({ forMs: 600_000, thresholds: { ...thresholds, health: { failures: 1000, required: false } } }),
      ),
    );
    await it_.provider.cancel();
    expect(await failing).toContain("the update was cancelled");
  });
});
