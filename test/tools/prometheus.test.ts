import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readAlerts } from "../../provider/prometheus/alerts.ts";
import { Prometheus } from "../../provider/prometheus/prometheus.ts";
import { readTraffic } from "../../provider/prometheus/traffic.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { freePort } from "../../tools/freePort.ts";
import { PrometheusServer } from "../../tools/prometheus/server.ts";
import { ensurePrometheus, findPrometheus } from "../../tools/prometheus.ts";
import { versions } from "../../tools/versions.ts";
import { eventually } from "../processes.ts";
import { root, temporaryFolder } from "./sandbox.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder("prometheus"));
});
afterAll(async () => await remove());

describe("the search for Prometheus", () => {
  async function machine(says: string | undefined) {
    const bin = join(folder, `bin-${says?.replaceAll(/\W+/g, "-") ?? "none"}`);
    await mkdir(bin, { recursive: true });
    if (says !== undefined) {
      await writeFile(join(bin, "prometheus"), `#!/bin/sh\necho '${says}'\n`);
      await chmod(join(bin, "prometheus"), 0o755);
    }
    return { PATH: bin, HOME: folder, GREENLIGHT_CACHE: join(folder, "cache") };
  }

  it("takes an installed one that is new enough", async () => {
    const env = await machine("prometheus, version 2.53.3+ds1 (branch: debian/sid)");
    expect(await findPrometheus({ env })).toMatchObject({ found: { version: "2.53.3", source: "installed" } });
  });

  it.each([
    ["prometheus, version 2.15.0", "is 2.15.0, older than 2.40.0"],
    ["hello", "does not tell its version"],
    [undefined, "it is not on PATH"],
  ])("with %j says what is wrong, and what to install", async (says, complaint) => {
    const env = await machine(says);
    await expect(ensurePrometheus({ env })).rejects.toMatchObject({
      message: expect.stringContaining(complaint),
      exitCode: exitCodes.missingTool,
    });
  });

  it("is for the version that the Go module pins", async () => {
    const pinned = await readFile(join(root, "tools/prometheus/module/go.mod"), "utf8");
    expect(pinned).toContain(`github.com/prometheus/prometheus v${versions.prometheus.module}\n`);
    const [major, minor, patch] = versions.prometheus.provided.split(".").map(Number);
    expect(versions.prometheus.module).toBe(`0.${100 * (major ?? 0) + (minor ?? 0)}.${patch}`);
  });
});

describe("a Prometheus of this machine", () => {
  let target: Server;
  let server: PrometheusServer;
  let prometheus: Prometheus;
  /** Requests and failures that its target counted. */
  const counted = { requests: 0, failures: 0 };

  beforeAll(async () => {
    target = createServer((_, answer) => {
      counted.requests += 100;
      counted.failures += 5;
      answer.setHeader("content-type", "text/plain; version=0.0.4");
      answer.end(`requests_total ${counted.requests}\nfailures_total ${counted.failures}\n`);
    });
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
    const { path } = await ensurePrometheus({});
    server = await PrometheusServer.start({
      prometheus: path,
      folder: join(folder, "server"),
      port: await freePort(),
      targets: [`127.0.0.1:${(target.address() as AddressInfo).port}`],
      everySeconds: 1,
      ruleGroups: [
        {
          name: "test",
          rules: [
            { alert: "Fails", expr: "failures_total > 10" },
            { alert: "Never", expr: "failures_total < 0" },
          ],
        },
      ],
    });
    prometheus = new Prometheus({ url: server.url, headers: {} });
  });
  afterAll(async () => {
    await prometheus?.close();
    await server?.stop();
    target?.close();
    target?.closeAllConnections();
  });

  it("tells what was counted, in stretches of time", async () => {
    const lengthMs = 3_000;
    const from = Math.ceil(Date.now() / lengthMs) * lengthMs;
    const queries = {
      requests: "sum(increase(requests_total[$window]))",
      errors: "sum(increase(failures_total[$window]))",
      p95: "vector(NaN)",
    };
    const [first, second] = await eventually("two stretches", async () => {
      const to = Math.floor(Date.now() / lengthMs) * lengthMs;
      const signal = AbortSignal.timeout(20_000);
      const { api = [] } = await readTraffic(prometheus, { api: queries }, { from, to, lengthMs }, signal);
      // The first one that is told had not begun yet when the counters were first read.
      const told = api.filter(({ missing }) => missing !== true).slice(1);
      return told.length >= 2 ? told : undefined;
    });
    expect(first?.to).toBe(second?.from);
    for (const it of [first, second]) {
      // A reading a second, and PromQL's reckoning between two of them.
      expect(it?.requests).toBeGreaterThanOrEqual(200);
      expect(it?.requests).toBeLessThanOrEqual(400);
      expect((it?.errors ?? 0) / (it?.requests ?? 1)).toBeCloseTo(0.05, 2);
      expect(it?.p95Ms).toBeNull();
    }
  });

  it("tells which alerts fire", async () => {
    await eventually("the alert to fire", async () => {
      const seen = await readAlerts(prometheus, ["Fails", "Never", "Nowhere"], AbortSignal.timeout(20_000));
      const states = seen.map(({ state }) => state);
      return states.join() === "firing,ok,unknown" ? true : undefined;
    });
  });

  it("says why a query is none", async () => {
    const shape = { query: "sum(", start: "1", end: "2", step: "1" };
    await expect(prometheus.ask("query_range", shape, z.unknown(), AbortSignal.timeout(20_000))).rejects.toThrow(
      /Prometheus did not tell: .*parse error/,
    );
  });
});
