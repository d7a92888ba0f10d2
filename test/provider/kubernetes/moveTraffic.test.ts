import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { switchedServices } from "../../../components/kubernetes/names.ts";
import { moveKubernetesTraffic } from "../../../provider/kubernetes/moveTraffic.ts";
import { ApiServer } from "./apiServer.ts";
import { backends, keepingRule, live, notReady, pod, route, slice, sliceOf, testersRule } from "./objects.ts";

describe("the way back on Kubernetes, without an engine", () => {
  let server: ApiServer;
  const back = (deadlineMs = 20_000, routed = false) =>
    moveKubernetesTraffic(
      server.access,
      switchedServices("shop", { api: 8080 }, routed ? "route" : "side"),
      "blue",
      () => {},
      {
        deadlineMs,
        intervalMs: 10,
      },
    );

  beforeEach(async () => {
    server = await ApiServer.start();
    const blue = { environment: "blue" };
    server.put("pods", pod(0, {}, blue), pod(1, notReady, blue), pod(0), pod(1));
    server.put("services", live("green"));
    server.put("endpointslices", slice("green-0", "green-1"));
    server.onPatched = () => server.put("endpointslices", slice("blue-0", { name: "blue-1", ready: false }));
  });
  afterEach(() => server.stop());

  it("writes the selector and reads back where its endpoints lead, also while one of them is not ready", async () => {
    const { writtenAt, readBackAt } = await back();
    expect(readBackAt).toBeGreaterThanOrEqual(writtenAt);
    expect(server.requests.filter((it) => it === "patch services")).toHaveLength(1);
  });

  it("never says that traffic is back while endpoints still lead to the other side", async () => {
    server.onPatched = () => server.put("endpointslices", slice("blue-0", "green-1"));
    await expect(back(300)).rejects.toThrow(
      /Traffic is not all at blue: the Service shop-api still leads to green-1[\s\S]*kubectl patch service/,
    );
  });

  it("says so at once when there is no Service to write", async () => {
    server.remove("services", "shop-api");
    await expect(back()).rejects.toThrow("the Service shop-api leads to nowhere");
  });

  it("goes on trying while an API server that has just started refuses what it allows", async () => {
    let refused = 0;
    server.misbehave = (asked) => (asked === "patch services" && refused++ < 5 ? 403 : undefined);
    await expect(back()).resolves.toBeDefined();
    expect(refused).toBe(6);
  });

  it("writes a Service whose selector somebody took out", async () => {
    const { spec, ...maintained } = live("green");
    const { selector: _, ...without } = spec;
    server.put("services", { ...maintained, spec: without });
    await expect(back()).resolves.toBeDefined();
    expect(server.get("services", "shop-api")?.spec).toMatchObject({ selector: { "greenlight/environment": "blue" } });
  });

  it("waits for no write that is never answered longer than for others, and tries it again", async () => {
    let asked = 0;
    server.misbehave = (what) => (what === "patch services" && asked++ === 0 ? "never" : undefined);
    await expect(back()).resolves.toBeDefined();
    expect(asked).toBe(2);
  });

  it("goes on trying one service where another one is gone", async () => {
    let refused = 0;
    server.misbehave = (what, name) =>
      what === "patch services" && name === "shop-api" && refused++ < 3 ? 503 : undefined;
    const both = switchedServices("shop", { api: 8080, web: 8081 }, "side");
    await expect(
      moveKubernetesTraffic(server.access, both, "blue", () => {}, { deadlineMs: 2_000, intervalMs: 10 }),
    ).rejects.toThrow("the Service shop-web leads to nowhere");
    expect(server.get("services", "shop-api")?.spec).toMatchObject({ selector: { "greenlight/environment": "blue" } });
  });

  it("does it once more where it is there already, and changes nothing by it", async () => {
    await back();
    await expect(back()).resolves.toBeDefined();
  });

  describe("behind a Gateway", () => {
    const byRoute = (deadlineMs?: number) => back(deadlineMs, true);
    const seenBy = (generation: number) => server.put("httproutes", route(100, 0, { generation: 2, seen: generation }));
    beforeEach(() => {
      server.remove("services", "shop-api");
      server.put("endpointslices", sliceOf(backends.blue, "blue-0"), sliceOf(backends.green, "green-0", "green-1"));
      server.put("httproutes", route(90, 10));
      server.onPatched = () => seenBy(2);
    });

    it("gives the whole route back, and reads back that the Gateway has taken it up", async () => {
      const { writtenAt, readBackAt } = await byRoute();
      expect(readBackAt).toBeGreaterThanOrEqual(writtenAt);
      expect(server.requests.filter((it) => it === "patch httproutes")).toHaveLength(1);
      expect(server.requests.filter((it) => it.endsWith(" services"))).toEqual([]);
    });

    it("reads a route again that somebody wrote meanwhile: its rules are told by their place", async () => {
      let read = 0;
      server.misbehave = (asked) => {
        if (asked === "patch httproutes" && read++ === 0) {
          const shifted = route(90, 10);
          shifted.spec.rules.unshift(testersRule("green"));
          server.put("httproutes", shifted);
        }
        return undefined;
      };
      let written: unknown;
      server.onPatched = () => {
        written = server.get("httproutes", "shop-api")?.spec;
        seenBy(2);
      };
      await byRoute();
      expect(read).toBe(2);
      expect(written).toMatchObject({ rules: [testersRule("green"), route(100, 0).spec.rules[0]] });
    });

    it("never says that traffic is back while the Gateway goes by what the route was", async () => {
      server.onPatched = () => seenBy(1);
      await expect(byRoute(300)).rejects.toThrow(
        /Traffic is not all at blue: the Gateway public has not taken up the HTTPRoute shop-api[\s\S]*kubectl edit httproute/,
      );
    });

    it("gives every rule of a route back that somebody wrote rules into", async () => {
      const odd = route(0, 100);
      odd.spec.rules.push({ backendRefs: [{ name: backends.green, port: 8080, weight: 1 }] });
      server.put("httproutes", odd);
      server.onPatched = () => {};
      await expect(byRoute(300)).rejects.toThrow(
        "the HTTPRoute shop-api leads to shop-api-blue 100, shop-api-green 0, shop-api-blue 100, shop-api-green 0",
      );
      const both = [
        expect.objectContaining({ name: backends.blue, weight: 100 }),
        expect.objectContaining({ name: backends.green, weight: 0 }),
      ];
      expect(server.get("httproutes", "shop-api")?.spec).toMatchObject({
        rules: [{ backendRefs: both }, { backendRefs: both }],
      });
    });

    it("leaves testers where they ask to be: that rule alone is written by which users go", async () => {
      const led = (blue: number, green: number, generation: number) => {
        const all = route(blue, green, { generation });
        all.spec.rules.push(testersRule("blue"), testersRule("green"));
        return all;
      };
      server.put("httproutes", led(90, 10, 1));
      let written: unknown;
      server.onPatched = () => {
        written = server.get("httproutes", "shop-api")?.spec;
        server.put("httproutes", led(100, 0, 2));
      };
      await byRoute();
      expect(written).toMatchObject({ rules: led(100, 0, 1).spec.rules });
    });

    it("keeps nobody: rules by which users stay go, and those around them are what they were", async () => {
      const shared = route(90, 10);
      shared.spec.rules.unshift(keepingRule("green"), testersRule("green"));
      shared.spec.rules.push(testersRule("blue"), keepingRule("blue"));
      server.put("httproutes", shared);
      let written: unknown;
      server.onPatched = () => {
        written = server.get("httproutes", "shop-api")?.spec;
        seenBy(2);
      };
      await byRoute();
      const left = [testersRule("green"), route(100, 0).spec.rules[0], testersRule("blue")];
      expect(written).toMatchObject({ rules: left });
    });

    it("gives users back by testers' rules too that somebody had lead elsewhere", async () => {
      const spoiled = route(0, 100);
      spoiled.spec.rules.unshift(testersRule("blue", backends.green), testersRule("green"));
      server.put("httproutes", spoiled);
      server.onPatched = () => {};
      await expect(byRoute(300)).rejects.toThrow("Traffic is not all at blue: the HTTPRoute shop-api leads to");
      const { spec } = server.get("httproutes", "shop-api") as unknown as typeof spoiled;
      const weights = spec.rules.map(({ backendRefs }) => backendRefs.map(({ name, weight }) => `${name} ${weight}`));
      const both = ["shop-api-blue 100", "shop-api-green 0"];
      expect(weights).toEqual([both, ["shop-api-green 100"], both]);
    });
  });
});
