import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { readAlerts } from "../../../provider/prometheus/alerts.ts";
import { readDatabaseHealth } from "../../../provider/prometheus/databaseHealth.ts";
import { Prometheus } from "../../../provider/prometheus/prometheus.ts";
import { PlayedPrometheus } from "./playedPrometheus.ts";

const token = "eyJ-a-token-of-some-length";
const anything = z.looseObject({ data: z.unknown() });

describe("a Prometheus that is asked", () => {
  let played: PlayedPrometheus;
  let prometheus: Prometheus;
  const signal = AbortSignal.timeout(60_000);
  const ask = () => prometheus.ask("rules", { type: "alert" }, anything, signal);

  beforeEach(async () => {
    vi.stubEnv("SHOP_PROMETHEUS", token);
    played = await PlayedPrometheus.start();
    const access = { url: `${played.url}/`, tokenFrom: "SHOP_PROMETHEUS", headers: { "X-Scope-OrgID": "shop" } };
    prometheus = new Prometheus(access);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await prometheus.close();
    await played.stop();
  });

  it("gets the token of the environment and the headers of the settings", async () => {
    await ask();
    expect(played.asked).toMatchObject([
      { path: "/api/v1/rules?type=alert", headers: { authorization: `Bearer ${token}`, "x-scope-orgid": "shop" } },
    ]);
  });

  it("is not asked without the token that the settings name", () => {
    vi.stubEnv("SHOP_PROMETHEUS", "");
    expect(() => new Prometheus({ url: played.url, tokenFrom: "SHOP_PROMETHEUS", headers: {} })).toThrow(
      "SHOP_PROMETHEUS is not set",
    );
    expect(() => new Prometheus({ url: played.url, ca: "/nowhere/ca.pem", headers: {} })).toThrow(
      "The file of who signed Prometheus' certificate cannot be read",
    );
  });

  it.each([
    [
      { status: 422, body: '{"status":"error","errorType":"execution","error":"too many samples"}' },
      "too many samples (422)",
    ],
    [{ status: 401, body: "who are you?" }, "it answers with status 401"],
    [{ status: 200, body: "<html>sign in</html>" }, "its answer is no JSON"],
    [{ status: 302, body: "", headers: { location: "https://login.example" } }, "a redirect, which is not followed"],
    [{ status: 200, body: '{"status":"success","data":{}}' }, "is not of the shape"],
    [
      { status: 200, body: '{"status":"success","warnings":["a store is down"],"data":{"groups":[]}}' },
      "it warns that a store is down",
    ],
    [{ status: 200, body: `"${"x".repeat(9 * 1024 * 1024)}"` }, "longer than 8 MB"],
    [{ status: 500, body: `{"status":"error","error":"bad token ${token}"}` }, "bad token ***"],
  ])("tells nothing by %j, and says why", async (instead, says) => {
    played.instead = instead;
    await expect(readAlerts(prometheus, ["SlowShop"], signal)).rejects.toThrow(says);
  });

  it("is given up when whoever asks stops", async () => {
    played.hang = true;
    const stopped = new AbortController();
    const asking = prometheus.ask("rules", {}, anything, stopped.signal);
    stopped.abort(new Error("stopped by you"));
    await expect(asking).rejects.toThrow("stopped by you");
  });

  it("is told to be out of reach where nobody listens", async () => {
    await played.stop();
    await expect(ask()).rejects.toThrow(/^Prometheus did not tell: .*ECONNREFUSED/);
    played = await PlayedPrometheus.start();
  });
});

describe("alerting rules", () => {
  let played: PlayedPrometheus;
  let prometheus: Prometheus;
  const states = async (...names: string[]) =>
    (await readAlerts(prometheus, names, AbortSignal.timeout(60_000))).map(({ name, state }) => [name, state]);

  beforeEach(async () => {
    played = await PlayedPrometheus.start();
    prometheus = new Prometheus({ url: played.url, headers: {} });
  });
  afterEach(async () => {
    await prometheus.close();
    await played.stop();
  });

  it("are quiet while they wait, fire when they do, and say nothing when they are not there or cannot be evaluated", async () => {
    Object.assign(played.alerts, {
      Quiet: { state: "inactive" },
      Waiting: { state: "pending" },
      Loud: { state: "firing" },
      Broken: { state: "inactive", health: "err" },
      New: { state: "somewhat" },
    });
    expect(await states("Quiet", "Waiting", "Loud", "Broken", "New", "Nowhere", "recorded")).toEqual([
      ["Quiet", "ok"],
      ["Waiting", "ok"],
      ["Loud", "firing"],
      ["Broken", "unknown"],
      ["New", "unknown"],
      ["Nowhere", "unknown"],
      ["recorded", "unknown"],
    ]);
  });

  it("are not asked for where none is named", async () => {
    expect(await states()).toEqual([]);
    expect(played.asked).toEqual([]);
  });
});

describe("a database of which Prometheus tells", () => {
  it.each([
    [["1", "1"], { reachable: true }],
    [["1", "0"], { reachable: false, detail: "1 of 2 say so in Prometheus" }],
    [[], undefined],
    [["NaN"], undefined],
  ] as const)("with values %j is %j", async (values, seen) => {
    const played = await PlayedPrometheus.start();
    const prometheus = new Prometheus({ url: played.url, headers: {} });
    played.instants.set("pg_up", values);
    const health = await readDatabaseHealth(prometheus, "pg_up", AbortSignal.timeout(60_000));
    if (seen === undefined) expect(health).toBeUndefined();
    else expect(health).toMatchObject(seen);
    await prometheus.close();
    await played.stop();
  });
});
