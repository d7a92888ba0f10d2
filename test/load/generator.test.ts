import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LoadGenerator, type LoadOptions, type LoadTarget } from "../../rehearsal/load/client.ts";
import { patient } from "../patience.ts";
import { TestServer } from "./testServer.ts";

// Each starts a process of its own, on machines that may be busy.
vi.setConfig({ testTimeout: 20_000 });

let server: TestServer;
let running: LoadGenerator[];

beforeEach(async () => {
  server = await TestServer.start();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((load) => load[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
});

async function start(targets: LoadTarget[], options: Partial<LoadOptions> = {}): Promise<LoadGenerator> {
  const load = await LoadGenerator.start({ targets, ratePerSecond: 400, connections: 4, ...options });
  running.push(load);
  return load;
}

function target(path: string, more: Partial<LoadTarget> = {}): LoadTarget {
  return { name: "api", url: server.url, weight: 1, paths: [path], contains: "ok", ...more };
}

/** Waits until the server has been asked so often. */
async function arrivals(count: number): Promise<void> {
  await expect.poll(() => server.arrivals, patient).toBeGreaterThanOrEqual(count);
}

/** Waits until it sends no more by itself; that is when it refuses to speak of traffic. */
async function atItsLimit(load: LoadGenerator): Promise<void> {
  await expect.poll(() => load.mark("still").then(() => "sending", String), patient).toContain(" limit");
}

describe("the load generator", () => {
  it("counts each arrival once, and each answer by the service, version and environment that gave it", async () => {
    const load = await start([target("/a"), target("/b", { name: "web", weight: 3 })]);
    await arrivals(100);
    server.version = "v2";
    server.environment = "green";
    await arrivals(200);

    const { total, arrivals: due, parts, byVersion, byEnvironment } = await load.stop();

    expect(total).toMatchObject({ failed: 0, failures: {}, requests: due });
    expect(due).toBe(server.arrivals);
    const origins = parts.map(({ service, version, environment }) => `${service} ${version} ${environment}`);
    expect(origins.sort()).toEqual(["api v1 blue", "api v2 green", "web v1 blue", "web v2 green"]);
    const web = parts.filter(({ service }) => service === "web").reduce((sum, { requests }) => sum + requests, 0);
    expect(web).toBe(server.arrived.get("/b"));
    expect(byVersion).toEqual({ v1: byEnvironment.blue, v2: byEnvironment.green });
  });

  it("uses its keep-alive connections in turn and opens no others while they suffice", async () => {
    // So few that they suffice on a machine that stands still for a third of a second.
    const load = await start([target("/a")], { connections: 8, ratePerSecond: 20 });
    await arrivals(30);
    const { total } = await load.stop();
    expect(total.failed).toBe(0);
    expect(server.connections).toBe(8);
  });

  it("counts each failure once, by its kind, and shows samples that name request, version and error", async () => {
    const closed = await TestServer.start();
    const nobody = closed.url;
    await closed[Symbol.asyncDispose]();
    const wrong = [
      { path: "/status", kind: "status", error: "status 503, expected 200", version: "v1" },
      { path: "/body", kind: "body", error: 'the body does not contain "ok"', version: "v1" },
      { path: "/unattributed", kind: "unattributed", error: "without x-version", version: "unknown" },
      { path: "/reset", kind: "reset", error: "", version: "unknown" },
      { path: "/half", kind: "reset", error: "", version: "v1" },
      { path: "/silent", kind: "timeout", error: "no complete answer in 3000 ms", version: "unknown" },
      { path: "/nobody", kind: "connect", error: "ECONNREFUSED", version: "unknown", url: nobody },
    ];
    const targets = wrong.map(({ path, url }) => target(path, { name: path, url: url ?? server.url }));
    const load = await start([...targets, target("/good")], { timeoutMs: 3000, maxRequests: 80 });
    await atItsLimit(load);

    const { total, parts, samples } = await load.stop();

    expect(parts.find(({ service }) => service === "api")).toMatchObject({ requests: 10, failed: 0, failures: {} });
    expect(total).toMatchObject({ requests: 80, failed: 70 });
    expect(samples).toHaveLength(70);
    for (const { path, kind, version, error } of wrong) {
      const part = parts.find(({ service }) => service === path);
      expect(part, path).toMatchObject({ requests: 10, failed: 10, failures: { [kind]: 10 }, version });
      const sample = samples.find(({ service }) => service === path);
      expect(sample, path).toMatchObject({ kind, version, request: `GET ${path}` });
      expect(sample?.error).toContain(error);
    }
    expect(parts.find(({ service }) => service === "/nobody")).toMatchObject({ p95Ms: null, lastAnswerAt: null });
  });

  it("counts what it could not send as failed: unsent", async () => {
    const load = await start([target("/silent")], { maxInFlight: 5, maxRequests: 50, timeoutMs: 2000 });
    await atItsLimit(load);
    const { total } = await load.stop();
    expect(total).toMatchObject({ requests: 50, failed: 50, failures: { timeout: 5, unsent: 45 } });
    expect(server.arrivals).toBe(5);
  });

  it("goes on sending while no answer comes, and counts the wait of each from when it was due", async () => {
    const heldSince: number[] = [];
    let longestHold = 0;
    server.onHeld = () => {
      heldSince.push(performance.now());
      // A generator that waits for answers before it sends more would never get here.
      if (server.held.length < 60) return;
      longestHold = performance.now() - (heldSince[0] ?? Number.NaN);
      server.release();
    };
    const load = await start([target("/held")], { connections: 1, maxRequests: 60 });
    await atItsLimit(load);
    const { total } = await load.stop();
    expect(total).toMatchObject({ requests: 60, failed: 0 });
    // Latencies are kept to 1 %.
    expect(total.maxMs).toBeGreaterThanOrEqual(longestHold * 0.99);
  });

  it("tells the last answer of the old version and the first of the new, by sending and by receipt", async () => {
    const load = await start([target("/a")]);
    await arrivals(50);
    const mark = await load.mark("switch");
    server.version = "v2";
    const before = server.arrivals;
    await arrivals(before + 50);

    const { byVersion, since, until, total } = await load.since(mark);

    expect(since).toEqual(mark);
    expect(total.requests).toBeLessThan(server.arrivals);
    const { v2 } = byVersion;
    expect(v2?.firstAnswerAt).toBeGreaterThan(mark.at);
    expect(v2?.firstSentAt).toBeLessThan(v2?.firstAnswerAt ?? 0);
    expect(v2?.lastAnswerAt).toBeLessThanOrEqual(until);
    const whole = (await load.stop()).byVersion;
    // The server turned at one moment: what v1 answered was sent before v2's first answer came.
    expect(whole.v1?.lastSentAt).toBeLessThan(whole.v2?.firstAnswerAt ?? 0);
    expect(whole.v1?.lastAnswerAt).toBeLessThan(whole.v2?.lastAnswerAt ?? 0);
  });

  it("gives a timeline whose seconds add up to all that ended", async () => {
    const load = await start([target("/a"), target("/status")], { ratePerSecond: 150, maxRequests: 150 });
    await arrivals(150);
    await atItsLimit(load);
    await expect
      .poll(async () => {
        const parts = (await load.timeline()).flatMap((bucket) => bucket.parts);
        return parts.reduce((sum, { requests }) => sum + requests, 0);
      })
      .toBe(150);
    const buckets = await load.timeline();
    expect(buckets.every(({ at }, index) => at % 1000 === 0 && at === (buckets[0]?.at ?? 0) + index * 1000)).toBe(true);
    expect(buckets.flatMap(({ parts }) => parts).reduce((sum, { failed }) => sum + failed, 0)).toBe(75);
  });
});

describe("its limits", () => {
  it("stops by itself after the given number of requests, and then refuses to speak of traffic", async () => {
    const load = await start([target("/a")], { maxRequests: 30 });
    const mark = await load.mark("early");
    await atItsLimit(load);
    await expect(load.since(mark)).rejects.toThrow("The load has ended: request limit");
    const summary = await load.stop();
    expect(summary).toMatchObject({ endedBy: "request limit", arrivals: 30 });
    expect(server.arrivals).toBe(30);
  });

  it("stops by itself after the given time", async () => {
    const load = await start([target("/a")], { maxSeconds: 1 });
    await atItsLimit(load);
    expect((await load.stop()).endedBy).toBe("time limit");
  });
});
