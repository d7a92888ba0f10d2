import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Prometheus } from "../../../provider/prometheus/prometheus.ts";
import type { TrafficQueries } from "../../../provider/prometheus/queries.ts";
import { readTraffic } from "../../../provider/prometheus/traffic.ts";
import { PlayedPrometheus } from "./playedPrometheus.ts";

const queries: TrafficQueries = { requests: "requests[$window]", errors: "errors[$window]", p95: "p95[$window]" };
const from = Date.UTC(2026, 0, 5, 12);
const lengthMs = 30_000;

describe("users' requests as Prometheus tells them", () => {
  let played: PlayedPrometheus;
  let prometheus: Prometheus;
  const signal = AbortSignal.timeout(60_000);
  const read = (stretches: number) =>
    readTraffic(prometheus, { api: queries }, { from, to: from + stretches * lengthMs, lengthMs }, signal);

  beforeEach(async () => {
    played = await PlayedPrometheus.start();
    prometheus = new Prometheus({ url: played.url, headers: {} });
    played.values.set("requests[30000ms]", () => 300.4);
    played.values.set("errors[30000ms]", () => 2.6);
    played.values.set("p95[30000ms]", () => 0.125);
  });
  afterEach(async () => {
    await prometheus.close();
    await played.stop();
  });

  it("are counted in whole stretches, each by the value at its end", async () => {
    expect(await read(2)).toEqual({
      api: [
        { from, to: from + 30_000, requests: 300, errors: 3, p95Ms: 125 },
        { from: from + 30_000, to: from + 60_000, requests: 300, errors: 3, p95Ms: 125 },
      ],
    });
    const ends = played.asked.map(({ path }) => new URL(path, played.url).searchParams);
    expect(ends.every((it) => it.get("start") === String(from / 1_000 + 30))).toBe(true);
  });

  it("are none where not one stretch is over, and then nothing is asked", async () => {
    expect(await read(0)).toEqual({ api: [] });
    expect(played.asked).toEqual([]);
  });

  it("fail in no request where no counter of failures is there yet", async () => {
    played.values.set("errors[30000ms]", () => undefined);
    expect((await read(1)).api).toMatchObject([{ requests: 300, errors: 0 }]);
  });

  it("mark a stretch of which nothing is told though of a later one something is", async () => {
    played.values.set("requests[30000ms]", (at) => (at === from + 60_000 ? undefined : 300));
    expect((await read(3)).api).toMatchObject([
      { requests: 300 },
      { requests: 0, errors: 0, missing: true },
      { requests: 300 },
    ]);
    played.values.set("requests[30000ms]", (at) => (at === from + 30_000 ? 300 : undefined));
    expect((await read(3)).api).toHaveLength(1);
  });

  it("have no percentile where none was answered: NaN is no time", async () => {
    played.values.set("requests[30000ms]", () => 0);
    played.values.set("errors[30000ms]", () => 0);
    played.values.set("p95[30000ms]", () => Number.NaN);
    expect((await read(1)).api).toMatchObject([{ requests: 0, errors: 0, p95Ms: null }]);
  });

  it("never fail more often than they come, whatever a query reckons", async () => {
    const count = fc.double({ min: 0, max: 1e9, noNaN: true });
    await fc.assert(
      fc.asyncProperty(count, count, async (requests, errors) => {
        played.values.set("requests[30000ms]", () => requests);
        played.values.set("errors[30000ms]", () => errors);
        const [period] = (await read(1)).api ?? [];
        expect(period?.errors).toBeLessThanOrEqual(period?.requests ?? -1);
        expect(Number.isInteger(period?.requests) && Number.isInteger(period?.errors)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it("are not told by a query that gives several series: whose they are is not clear", async () => {
    const several = { resultType: "matrix", result: [{ values: [[1, "1"]] }, { values: [[1, "2"]] }] };
    played.instead = { status: 200, body: JSON.stringify({ status: "success", data: several }) };
    await expect(read(1)).rejects.toThrow("gives 2 series where one is expected");
  });
});
