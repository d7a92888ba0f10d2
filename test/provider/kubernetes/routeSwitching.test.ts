import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { ApiServer } from "./apiServer.ts";
import { backends, notReady, pod, route, selector, sliceOf, testersRule } from "./objects.ts";

const proofs = (environment: string, version: string) =>
  ["health", "smoke"].map((gate) => ({ gate, environment, version, passed: true, at: "2026-03-02T10:00:00.000Z" }));
const green = (at: number, status: object = {}) => pod(at, status);
const blue = (at: number, status: object = {}) => pod(at, status, { environment: "blue" });
const weights = (toGreen: number) => ({ blue: 100 - toGreen, green: toGreen });

let server: ApiServer;
const common = (toGreen: number, over: object = {}) => ({
  access: server.access,
  services: [{ service: "api", name: "shop-api", blue: selector("blue"), green: selector("green"), route: backends }],
  weights: weights(toGreen),
  deadlineMs: 20_000,
  ...over,
});

beforeEach(async () => {
  server = await ApiServer.start();
  server.put("pods", blue(0), blue(1), green(0), green(1));
  server.put(
    "endpointslices",
    sliceOf(backends.blue, "blue-0", "blue-1"),
    sliceOf(backends.green, "green-0", "green-1"),
  );
  server.put("httproutes", route(100, 0));
});
afterEach(() => server.stop());

describe("the gate before a Gateway's routes", () => {
  let gate: Managed;
  const inputs = (toGreen: number, over: object = {}) =>
    common(toGreen, {
      versions: { blue: "v1", green: "v2" },
      proofs: [...proofs("blue", "v1"), ...proofs("green", "v2")],
      requires: ["health", "smoke"],
      ...over,
    });
  beforeEach(async () => {
    gate = new Managed("greenlight:kubernetes:SwitchGate", "traffic-gate");
    await gate.create(inputs(0));
  });

  it("lets a candidate have a share, more of it, and all of it", async () => {
    for (const share of [10, 50, 100]) {
      expect((await gate.update(inputs(share))).serving).toEqual({ api: weights(share) });
      server.put("httproutes", route(100 - share, share));
    }
  });

  it("gives no share without the proofs of the gates, or to a side with a pod that is not ready", async () => {
    expect(await gate.refusals(inputs(10, { proofs: proofs("blue", "v1") }))).toHaveLength(2);
    server.put("pods", green(1, notReady));
    await expect(gate.update(inputs(10, { deadlineMs: 300 }))).rejects.toThrow("1 of 2 pods of api in green are ready");
  });

  it.each([
    ["another share", () => server.put("httproutes", route(70, 30)), "leads to blue 70 %, green 30 %"],
    [
      "shares that are no whole percents",
      () => server.put("httproutes", route(999, 1)),
      "leads to shop-api-blue 999, shop-api-green 1",
    ],
    [
      "a rule more",
      () => {
        const odd = route(100, 0);
        odd.spec.rules.push({ backendRefs: [{ name: "elsewhere", port: 80, weight: 1 }] });
        server.put("httproutes", odd);
      },
      "elsewhere 1",
    ],
    [
      "a testers' rule that leads to the other side",
      () => {
        const odd = route(100, 0);
        odd.spec.rules.push(testersRule("blue", backends.green));
        server.put("httproutes", odd);
      },
      "leads to shop-api-blue 100, shop-api-green 0, shop-api-green 100",
    ],
  ])(
    "overwrites no route that somebody gave %s, and takes it as the starting point after a refresh",
    async (_, move, says) => {
      move();
      await expect(gate.update(inputs(10))).rejects.toThrow("Somebody moved traffic: the HTTPRoute shop-api");
      await expect(gate.update(inputs(10))).rejects.toThrow(says);
      await gate.refresh();
      expect(await gate.differs()).toBe(true);
      expect((await gate.update(inputs(10))).serving).toEqual({ api: weights(10) });
    },
  );

  it("takes testers' rules for nobody's move, and none of them for a share", async () => {
    for (const share of [10, 100]) {
      const led = route(100 - share, share);
      led.spec.rules.push(testersRule("blue"), testersRule("green"));
      expect((await gate.update(inputs(share))).serving).toEqual({ api: weights(share) });
      server.put("httproutes", led);
      await gate.refresh();
      expect(await gate.differs()).toBe(false);
    }
  });

  it("asks for no Service: a cluster where a Gateway leads users need not have the live ones", async () => {
    await gate.update(inputs(10));
    expect(server.requests.filter((it) => it.endsWith(" services"))).toEqual([]);
  });
});

describe("the reading back of a Gateway's routes", () => {
  let gate: Managed;
  beforeEach(() => {
    gate = new Managed("greenlight:kubernetes:TrafficReadBack", "traffic-read-back");
    server.put("httproutes", route(90, 10));
  });

  it("passes when the Gateway has taken up the shares, and each side's endpoints are its ready pods", async () => {
    expect((await gate.create(common(10))).serving).toEqual(weights(10));
  });

  it("waits until the Gateway has taken the route up", async () => {
    server.put("httproutes", route(90, 10, { generation: 2, seen: 1 }));
    const passed = gate.create(common(10));
    await server.watched("httproutes", "pods", "endpointslices");
    server.put("httproutes", route(90, 10, { generation: 2 }));
    expect((await passed).serving).toEqual(weights(10));
  });

  it.each<[string, () => void, string]>([
    [
      "a Gateway that goes by what the route was",
      () => server.put("httproutes", route(90, 10, { generation: 2, seen: 1 })),
      "the Gateway public has not taken up the HTTPRoute shop-api as it is now (Accepted)",
    ],
    [
      "a Gateway that refuses the route",
      () => server.put("httproutes", route(90, 10, { accepted: "False" })),
      "the Gateway public does not take the HTTPRoute shop-api: Accepted is False",
    ],
    [
      "a Gateway that never answered",
      () => server.put("httproutes", { ...route(90, 10), status: {} }),
      "the Gateway public has not answered to the HTTPRoute shop-api yet",
    ],
    [
      "other shares",
      () => server.put("httproutes", route(50, 50)),
      "the HTTPRoute shop-api leads to blue 50 %, green 50 %",
    ],
    [
      "an endpoint that is missing behind the smaller share",
      () => server.put("endpointslices", sliceOf(backends.green, "green-0")),
      "shop-api-green does not lead to green-1 yet",
    ],
    [
      "an endpoint of nobody's behind the larger one",
      () => server.put("endpointslices", sliceOf(backends.blue, "blue-0", "blue-1", "stranger")),
      "shop-api-blue still leads to stranger",
    ],
  ])("never calls a share given with %s", async (_, spoil, says) => {
    spoil();
    await expect(gate.create(common(10, { deadlineMs: 300 }))).rejects.toThrow(says);
  });

  it("does not mind what the side without a share has for endpoints", async () => {
    server.put("httproutes", route(100, 0));
    server.put("endpointslices", sliceOf(backends.green));
    expect((await gate.create(common(0))).serving).toEqual(weights(0));
  });

  it("is told by a refresh that somebody gave the candidate another share", async () => {
    await gate.create(common(10));
    server.put("httproutes", route(60, 40));
    expect((await gate.refresh())?.serving).toEqual(weights(40));
    expect(await gate.differs()).toBe(true);
  });
});
