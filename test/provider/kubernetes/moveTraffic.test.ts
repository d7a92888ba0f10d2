import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { switchedServices } from "../../../components/kubernetes/names.ts";
import { moveKubernetesTraffic } from "../../../provider/kubernetes/moveTraffic.ts";
import { ApiServer } from "./apiServer.ts";
import { live, notReady, pod, slice } from "./objects.ts";

describe("the way back on Kubernetes, without an engine", () => {
  let server: ApiServer;
  const back = (deadlineMs = 20_000) =>
    moveKubernetesTraffic(server.access, switchedServices("shop", ["api"]), "blue", () => {}, {
      deadlineMs,
      intervalMs: 10,
    });

  beforeEach(async () => {
    server = await ApiServer.start();
    const blue = { environment: "blue" };
    server.put("pods", pod(0, {}, blue), pod(1, notReady, blue), pod(0), pod(1));
    server.put("services", live("green"));
    server.put("endpointslices", slice("green-0", "green-1"));
    server.onPatched = () => server.put("endpointslices", slice("blue-0", { name: "blue-1", ready: false }));
  }, 60_000);
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

  it("does it once more where it is there already, and changes nothing by it", async () => {
    await back();
    await expect(back()).resolves.toBeDefined();
  });
});
