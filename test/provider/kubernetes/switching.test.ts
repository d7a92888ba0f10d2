import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";
import { live, notReady, pod, selector, slice } from "./objects.ts";

const proofs = (environment: string, version: string) =>
  ["health", "smoke"].map((gate) => ({ gate, environment, version, passed: true, at: "2026-03-02T10:00:00.000Z" }));
const green = (at: number, status: object = {}) => pod(at, status);
const blue = (at: number, status: object = {}) => pod(at, status, { environment: "blue" });

const toBlue = { blue: 100, green: 0 };
const toGreen = { blue: 0, green: 100 };

let server: ApiServer;
const common = (over: object = {}) => ({
  access: server.access,
  services: [{ service: "api", name: "shop-api", blue: selector("blue"), green: selector("green") }],
  weights: toGreen,
  deadlineMs: 20_000,
  ...over,
});

beforeEach(async () => {
  server = await ApiServer.start();
  server.put("pods", blue(0), blue(1), green(0), green(1));
  server.put("services", live("blue"));
});
afterEach(() => server.stop());

describe("the gate before a switch on Kubernetes", () => {
  let gate: Managed;
  const inputs = (over: object = {}) => ({
    ...common(),
    versions: { blue: "v1", green: "v2" },
    proofs: [...proofs("blue", "v1"), ...proofs("green", "v2")],
    requires: ["health", "smoke"],
    ...over,
  });
  /** As the update before left it: blue serves. */
  const served = async () => {
    await gate.create(inputs({ weights: toBlue }));
  };
  beforeEach(() => {
    gate = new Managed("greenlight:kubernetes:SwitchGate", "traffic-gate");
  });

  it("passes when the receiving side has as many pods as serve, all ready", async () => {
    await served();
    expect((await gate.update(inputs())).serving).toEqual({ api: toGreen });
  });

  it("passes before there is a Service", async () => {
    server.remove("services", "shop-api");
    expect((await gate.create(inputs({ weights: toBlue }))).serving).toEqual({ api: toBlue });
  });

  it("refuses an environment without the proofs of its gates, in the preview", async () => {
    await served();
    expect(await gate.refusals(inputs({ proofs: proofs("blue", "v1") }))).toEqual([
      expect.stringContaining("green v2 gets no traffic: no proof that health passed"),
      expect.stringContaining("no proof that smoke passed"),
    ]);
  });

  it.each([
    ["a pod that is not ready", () => server.put("pods", green(1, notReady)), "1 of 2 pods of api in green are ready"],
    ["fewer pods than serve now", () => server.remove("pods", "green-1"), "green has 1 pods for api where 2 serve now"],
    [
      "no pod",
      () => {
        server.remove("pods", "green-0");
        server.remove("pods", "green-1");
      },
      "green has no pod for api",
    ],
  ])("moves nothing to a side with %s", async (_, make, says) => {
    await served();
    make();
    await expect(gate.update(inputs({ deadlineMs: 300 }))).rejects.toThrow(says);
  });

  it("waits until the receiving side is ready", async () => {
    await served();
    server.put("pods", green(1, notReady));
    const passed = gate.update(inputs());
    await server.watched("services", "pods", "endpointslices");
    server.put("pods", green(1));
    expect((await passed).serving).toEqual({ api: toGreen });
  });

  it("overwrites no selector that somebody else changed, and takes it as the starting point after a refresh", async () => {
    await served();
    server.put("services", live(undefined));
    await expect(gate.update(inputs())).rejects.toThrow(
      "Somebody moved traffic: the Service shop-api leads to app=another, the last update left blue",
    );
    expect((await gate.refresh())?.serving).toEqual({ api: "elsewhere" });
    expect(await gate.differs()).toBe(true);
    expect((await gate.update(inputs())).serving).toEqual({ api: toGreen });
  });

  it("does not take over a Service of that name that is somebody else's", async () => {
    server.put("services", live(undefined));
    await expect(gate.create(inputs())).rejects.toThrow("the last update left none of this name");
  });
});

describe("the reading back after a switch on Kubernetes", () => {
  let gate: Managed;
  beforeEach(() => {
    gate = new Managed("greenlight:kubernetes:TrafficReadBack", "traffic-read-back");
    server.put("services", live("green"));
    server.put("endpointslices", slice("green-0", "green-1"));
  });

  it("passes when the endpoints are the ready pods of what was asked, and no other", async () => {
    expect((await gate.create(common())).serving).toEqual(toGreen);
  });

  it("waits for endpoints that lag behind", async () => {
    server.put("endpointslices", slice("blue-0", "blue-1"));
    const passed = gate.create(common());
    await server.watched("services", "pods", "endpointslices");
    server.put("endpointslices", slice("green-0"));
    server.put("endpointslices", slice("green-0", "green-1"));
    expect((await passed).serving).toEqual(toGreen);
  });

  it("is no reading before proxies had their time to follow, all of which the endpoints stay as they are", async () => {
    const passed = gate.create(common({ endpointDelayMs: 300 }));
    await server.watched("services", "pods", "endpointslices");
    server.put("endpointslices", slice("green-0", "green-1", "blue-0"));
    const broke = Date.now();
    server.put("endpointslices", slice("green-0", "green-1"));
    expect(Date.parse(String((await passed).readAt))).toBeGreaterThanOrEqual(broke + 299);
  });

  it("does not mind an endpoint that is going", async () => {
    server.put("endpointslices", slice("green-0", "green-1", { name: "blue-0", ready: false, terminating: true }));
    expect((await gate.create(common())).serving).toEqual(toGreen);
  });

  it.each([
    ["an endpoint of the other side", slice("green-0", "green-1", "blue-0"), "shop-api still leads to blue-0"],
    ["a pod that is left out", slice("green-0"), "shop-api does not lead to green-1 yet"],
    ["no endpoint", slice(), "shop-api does not lead to green-0, green-1 yet"],
    [
      "one that is not ready",
      slice("green-0", { name: "green-1", ready: false }),
      "1 endpoints of shop-api are not ready",
    ],
  ])("never calls a switch done with %s", async (_, endpoints, says) => {
    server.put("endpointslices", endpoints);
    await expect(gate.create(common({ deadlineMs: 300 }))).rejects.toThrow(says);
  });

  it("is told by a refresh that somebody switched back", async () => {
    await gate.create(common());
    server.put("services", live("blue"));
    expect((await gate.refresh())?.serving).toEqual(toBlue);
    expect(await gate.differs()).toBe(true);
  });
});
