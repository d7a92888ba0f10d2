import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Managed } from "../managed.ts";
import { PlayedPrometheus } from "../prometheus/playedPrometheus.ts";
import { ApiServer } from "./apiServer.ts";
import { live } from "./objects.ts";

describe("quiet alerts before a release on Kubernetes", () => {
  let server: ApiServer;
  let prometheus: PlayedPrometheus;
  let quiet: Managed;
  const inputs = (over: object = {}) => ({
    serving: {
      access: server.access,
      label: "greenlight/environment",
      services: [{ service: "api", name: "shop-api" }],
    },
    prometheus: { url: prometheus.url, headers: {} },
    alerts: { blue: ["ShopFails", "ShopIsSlow"], green: ["ShopFails", "GreenIsSlow"] },
    intervalMs: 10,
    deadlineMs: 100,
    environment: "green",
    version: "v2",
    services: ["api"],
    thresholds: { errorRate: { max: 0.01, for: 300_000 }, p95: { maxMs: 5_000, for: 60_000 } },
    ...over,
  });

  beforeEach(async () => {
    server = await ApiServer.start();
    prometheus = await PlayedPrometheus.start();
    server.put("services", live("blue"));
    Object.assign(prometheus.alerts, { ShopFails: { state: "inactive" }, ShopIsSlow: { state: "pending" } });
    quiet = new Managed("greenlight:kubernetes:AlertsQuiet", "green-quiet");
  });
  afterEach(async () => {
    await prometheus.stop();
    await server.stop();
  });

  it("lets a version begin beside what serves while none fires", async () => {
    expect(await quiet.create(inputs())).toMatchObject({ quiet: ["blue"] });
  });

  it("refuses it while one fires, by name, and touches nothing", async () => {
    prometheus.alerts.ShopFails = { state: "firing" };
    await expect(quiet.create(inputs())).rejects.toThrow("v2 was not begun: the alert ShopFails fires already");
  });

  it.each([
    ["is not there", undefined],
    ["cannot be evaluated", { state: "inactive", health: "err" }],
  ])("refuses it while a rule %s", async (_, rule) => {
    if (rule === undefined) delete prometheus.alerts.ShopFails;
    else prometheus.alerts.ShopFails = rule;
    await expect(quiet.create(inputs())).rejects.toThrow(
      "there is no alerting rule ShopFails that works, so nobody would hear",
    );
  });

  it("waits a moment for a rule that was only just made", async () => {
    delete prometheus.alerts.ShopFails;
    const created = quiet.create(inputs({ deadlineMs: 30_000 }));
    while (prometheus.asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
    prometheus.alerts.ShopFails = { state: "inactive" };
    expect(await created).toMatchObject({ quiet: ["blue"] });
  });

  it("refuses it when Prometheus does not tell", async () => {
    prometheus.instead = { status: 503, body: "" };
    await expect(quiet.create(inputs())).rejects.toThrow("Prometheus did not tell: it answers with status 503");
  });

  it("asks nobody where nothing serves beside: its own alerts are of what goes", async () => {
    prometheus.alerts.ShopFails = { state: "firing" };
    expect(await quiet.create(inputs({ environment: "blue" }))).toMatchObject({ quiet: [] });
    server.remove("services", "shop-api");
    expect(await quiet.update(inputs({ version: "v3" }))).toMatchObject({ quiet: [] });
    expect(prometheus.asked).toEqual([]);
  });

  it("is asked once for a version: other thresholds or names alone are no change", async () => {
    await quiet.create(inputs());
    expect(await quiet.differs(inputs({ alerts: { blue: ["Another"], green: ["Another"] } }))).toBe(false);
    expect(await quiet.differs(inputs({ version: "v3" }))).toBe(true);
  });
});
