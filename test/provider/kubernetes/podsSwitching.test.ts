import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { switchedServices } from "../../../components/kubernetes/names.ts";
import { environmentIn, liveEnvironments, readLiveServices } from "../../../provider/kubernetes/liveServices.ts";
import { moveKubernetesTraffic } from "../../../provider/kubernetes/moveTraffic.ts";
import { sharesByPods } from "../../../provider/kubernetes/readyEndpoints.ts";
import { agrees, type Leads, leadsTo, strangers } from "../../../provider/kubernetes/switching.ts";
import { environmentNames, type Weights, weightsFor } from "../../../release/environment.ts";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";
import { live, notReady, pod, selector, slice } from "./objects.ts";

const both = { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "api" };
const service = { service: "api", name: "shop-api", blue: selector("blue"), green: selector("green"), both };
const leadingToBoth = { ...live("blue"), spec: { selector: both } };
const green = (at: number, status: object = {}) => pod(at, status);
const blue = (at: number, status: object = {}) => pod(at, status, { environment: "blue" });
const shares = (ofGreen: number): Weights => ({ blue: 100 - ofGreen, green: ofGreen });

let server: ApiServer;
/** @param needed pods of blue and green that the shares take */
const common = (ofGreen: number, needed: readonly [number, number], over: object = {}) => ({
  access: server.access,
  services: [{ ...service, needed: { blue: needed[0], green: needed[1] } }],
  weights: shares(ofGreen),
  deadlineMs: 20_000,
  ...over,
});

beforeEach(async () => {
  server = await ApiServer.start();
  server.put("pods", blue(0), blue(1), green(0));
  server.put("services", leadingToBoth);
  server.put("endpointslices", slice("blue-0", "blue-1", "green-0"));
});
afterEach(() => server.stop());

describe("where a Service leads whose pods share its traffic", () => {
  const share = fc.integer({ min: 0, max: 100 }).map(shares);
  const between = fc.integer({ min: 1, max: 99 }).map(shares);
  const side = fc.constantFrom(...environmentNames).map(weightsFor);
  const now = { services: [leadingToBoth], routes: [] };
  const moved = (left: Leads | undefined, asked: Weights) =>
    strangers([service], now, left === undefined ? undefined : { api: left }, asked);

  it("is any share of both sides, and neither side alone", () => {
    fc.assert(fc.property(between, (asked) => agrees("both", asked)));
    fc.assert(fc.property(side, (asked) => !agrees("both", asked)));
    fc.assert(fc.property(share, share, (a, b) => agrees(a, b) === (a.green === b.green)));
  });

  it("is never somebody else's change where the last update left a share, and is where it left one side and one is asked", () => {
    fc.assert(fc.property(between, share, (left, asked) => moved(left, asked).length === 0));
    fc.assert(fc.property(side, side, (left, asked) => moved(left, asked).length === 1));
    expect(moved(weightsFor("blue"), weightsFor("green"))).toEqual([
      "the Service shop-api leads to the pods of both sides, the last update left blue",
    ]);
  });

  it("is elsewhere for a stack that does not roll by pods", () => {
    const { both: _, ...plain } = service;
    expect(leadsTo(plain, now)).toBe("elsewhere");
    expect(strangers([plain], now, { api: weightsFor("blue") }, weightsFor("blue"))).toEqual([
      "the Service shop-api leads to app.kubernetes.io/instance=shop,app.kubernetes.io/name=api, the last update left blue",
    ]);
  });

  it("is elsewhere where somebody made its selector another one", () => {
    const changed = { ...leadingToBoth, spec: { selector: { ...both, tier: "old" } } };
    expect(leadsTo(service, { services: [changed], routes: [] })).toBe("elsewhere");
  });
});

describe("the shares that pods make", () => {
  it("sum to all of the traffic, and are each side's part of the pods to half a percent", () => {
    const pods = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(pods, pods, (ofBlue, ofGreen) => {
        const made = sharesByPods({ blue: ofBlue, green: ofGreen });
        if (ofBlue + ofGreen === 0) return made === undefined;
        const exact = (100 * ofGreen) / (ofBlue + ofGreen);
        return made !== undefined && made.blue + made.green === 100 && Math.abs(made.green - exact) <= 0.5;
      }),
    );
  });
});

describe("the gate before a Service whose pods share its traffic", () => {
  let gate: Managed;
  const proofs = (environment: string, version: string) =>
    ["health", "smoke"].map((it) => ({ gate: it, environment, version, passed: true, at: "2026-03-02T10:00:00.000Z" }));
  const inputs = (ofGreen: number, needed: readonly [number, number], over: object = {}) => ({
    ...common(ofGreen, needed),
    versions: { blue: "v1", green: "v2" },
    proofs: [...proofs("blue", "v1"), ...proofs("green", "v2")],
    requires: ["health", "smoke"],
    ...over,
  });
  beforeEach(() => {
    gate = new Managed("greenlight:kubernetes:SwitchGate", "traffic-gate");
  });

  it("passes from one side to both and on to the other, each side with the pods that its share takes", async () => {
    server.put("services", live("blue"));
    await gate.create(inputs(0, [2, 0]));
    expect((await gate.update(inputs(50, [1, 1]))).serving).toEqual({ api: shares(50) });
    server.put("services", leadingToBoth);
    server.put("pods", green(1));
    expect((await gate.update(inputs(100, [0, 2]))).serving).toEqual({ api: shares(100) });
  });

  it("asks the side that gets more for its pods also where the selector stays as it is", async () => {
    await gate.create(inputs(25, [2, 1]));
    await expect(gate.update(inputs(50, [2, 2], { deadlineMs: 300 }))).rejects.toThrow(
      "green has 1 pods for api where its share of the traffic takes 2",
    );
    server.put("pods", green(1, notReady));
    await expect(gate.update(inputs(50, [2, 2], { deadlineMs: 300 }))).rejects.toThrow(
      "1 of 2 pods of api in green are ready",
    );
    const passed = gate.update(inputs(50, [2, 2]));
    await server.watched("services", "pods", "endpointslices");
    server.put("pods", green(1));
    expect((await passed).serving).toEqual({ api: shares(50) });
  });

  it("is not kept from going back by pods of a candidate that cannot be ready", async () => {
    await gate.create(inputs(50, [1, 1]));
    server.put("pods", green(0, notReady));
    expect((await gate.update(inputs(25, [2, 1]))).serving).toEqual({ api: shares(25) });
  });

  it("refuses a share to a side without the proofs of its gates, in the preview", async () => {
    await gate.create(inputs(25, [2, 1]));
    expect(await gate.refusals(inputs(50, [1, 1], { proofs: proofs("blue", "v1") }))).toContainEqual(
      expect.stringContaining("green v2 gets no traffic: no proof that health passed"),
    );
  });

  it("overwrites no selector of both sides that no update left, and takes it as the starting point after a refresh", async () => {
    server.put("services", live("blue"));
    await gate.create(inputs(0, [2, 0]));
    server.put("services", leadingToBoth);
    server.put("pods", green(1));
    await expect(gate.update(inputs(100, [0, 2]))).rejects.toThrow(
      "Somebody moved traffic: the Service shop-api leads to the pods of both sides, the last update left blue",
    );
    expect((await gate.refresh())?.serving).toEqual({ api: "both" });
    expect(await gate.differs()).toBe(true);
    expect((await gate.update(inputs(100, [0, 2]))).serving).toEqual({ api: shares(100) });
  });

  it("is no drift with any share, and is when somebody gave everything to one side", async () => {
    await gate.create(inputs(25, [2, 1]));
    expect((await gate.refresh())?.serving).toEqual({ api: shares(25) });
    expect(await gate.differs()).toBe(false);
    server.put("services", live("blue"));
    expect((await gate.refresh())?.serving).toEqual({ api: shares(0) });
    expect(await gate.differs()).toBe(true);
  });
});

describe("the reading back of a Service whose pods share its traffic", () => {
  let gate: Managed;
  beforeEach(() => {
    gate = new Managed("greenlight:kubernetes:TrafficReadBack", "traffic-read-back");
  });

  it("passes when the endpoints are all ready pods of both sides, and tells beside the share what those make of it", async () => {
    const state = await gate.create(common(25, [2, 1]));
    expect(state).toMatchObject({ serving: shares(25), pods: { api: { blue: 2, green: 1, others: 0 } } });
    expect(gate.told).toContain("api: asked blue 75 %, green 25 %; by pods blue 67 %, green 33 % (2 and 1 ready)");
  });

  it.each([
    ["a pod of either side that is left out", slice("blue-0", "green-0"), "shop-api does not lead to blue-1 yet"],
    ["one side alone", slice("blue-0", "blue-1"), "shop-api does not lead to green-0 yet"],
    ["a pod of nobody", slice("blue-0", "blue-1", "green-0", "old-0"), "shop-api still leads to old-0"],
    ["no endpoint", slice(), "shop-api does not lead to blue-0, blue-1, green-0 yet"],
  ])("never calls a share given with %s", async (_, endpoints, says) => {
    server.put("endpointslices", endpoints);
    await expect(gate.create(common(25, [2, 1], { deadlineMs: 300 }))).rejects.toThrow(says);
  });

  it("never calls a share given while the Service leads to one side", async () => {
    server.put("services", live("blue"));
    await expect(gate.create(common(25, [2, 1], { deadlineMs: 300 }))).rejects.toThrow(
      "the Service shop-api leads to blue",
    );
  });

  it("never calls a switch done while the Service leads to both", async () => {
    await expect(gate.create(common(100, [0, 2], { deadlineMs: 300 }))).rejects.toThrow(
      "the Service shop-api leads to the pods of both sides",
    );
  });

  it("says that one side answers all where no pod of the other is ready, and does not keep users from going back by that", async () => {
    server.put("pods", green(0, notReady));
    server.put("endpointslices", slice("blue-0", "blue-1", { name: "green-0", ready: false }));
    const state = await gate.create(common(25, [2, 1]));
    expect(state).toMatchObject({ serving: shares(25), pods: { api: { blue: 2, green: 0, others: 0 } } });
  });

  it("is told by a refresh that other pods make the share, and that somebody gave everything to one side", async () => {
    await gate.create(common(25, [2, 1]));
    server.put("endpointslices", slice("blue-0", "green-0"));
    expect(await gate.refresh()).toMatchObject({ serving: shares(25), pods: { api: { blue: 1, green: 1 } } });
    expect(await gate.differs()).toBe(false);
    server.put("services", live("green"));
    expect((await gate.refresh())?.serving).toEqual(shares(100));
    expect(await gate.differs()).toBe(true);
  });
});

describe("what serves where pods share a service's traffic, without the engine", () => {
  const facts = () => ({
    access: server.access,
    label: "greenlight/environment",
    services: [{ service: "api", name: "shop-api", both }],
  });
  const signal = () => AbortSignal.timeout(20_000);

  it("is what the ready endpoints of each side make of it", async () => {
    expect(await readLiveServices(facts(), signal())).toEqual([
      {
        service: "api",
        name: "shop-api",
        there: true,
        weights: { blue: 67, green: 33 },
        live: ["blue", "green"],
        pods: { blue: 2, green: 1, others: 0 },
      },
    ]);
  });

  it("is no side alone, also while no pod of the other is ready: the next one that is has users", async () => {
    server.put("endpointslices", slice("blue-0", "blue-1", { name: "green-0", ready: false }));
    const seen = await readLiveServices(facts(), signal());
    expect(seen).toMatchObject([{ weights: { blue: 100, green: 0 }, live: ["blue", "green"] }]);
    expect(environmentIn(seen)).toBeUndefined();
    expect(await liveEnvironments(facts(), signal())).toEqual(["blue", "green"]);
  });

  it("is one side where the Service leads to one, and asks for no pods then", async () => {
    server.put("services", live("green"));
    const seen = await readLiveServices(facts(), signal());
    expect(environmentIn(seen)).toBe("green");
    expect(server.requests).toEqual(["get services"]);
  });

  it("goes back to one side by one write of its selector", async () => {
    server.onPatched = () => server.put("endpointslices", slice("blue-0", "blue-1"));
    const services = switchedServices("shop", { api: 8080 }, "pods");
    await moveKubernetesTraffic(server.access, services, "blue", () => {}, { deadlineMs: 20_000, intervalMs: 10 });
    expect(server.get("services", "shop-api")?.spec).toEqual({ selector: selector("blue") });
  });
});
