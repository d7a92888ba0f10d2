import { writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { V1PodList } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadGenerator } from "../../rehearsal/load/client.ts";
import { freePort } from "../../tools/freePort.ts";
import { PrometheusServer } from "../../tools/prometheus/server.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { eventually } from "../processes.ts";
import { FollowedShop, unharmedSince } from "./followedShop.ts";

// A rolling release on a real control plane without a Gateway: the pods of both sides answer behind one Service, and a real Prometheus that
// reads what each pod says of itself has both compared. Pods are processes of this machine.

/** By the label of each series that names the Service by which its pod was found: its side's. */
const counted = (metric: string) => `increase(${metric}{service="$service-$environment"}[$window])`;
const queries = {
  requests: `sum(${counted("shop_seconds_count")})`,
  errors: `sum(${counted("shop_failed_total")})`,
  p95: `histogram_quantile(0.95, sum by (le) (${counted("shop_seconds_bucket")}))`,
};

let followed: FollowedShop;
let prometheus: PrometheusServer;
let load: LoadGenerator;
const telling = new AbortController();
let told: Promise<void>;

beforeAll(async () => {
  const tool = (await ensureToolchain({ want: ["prometheus"] })).prometheus;
  const port = await freePort();
  followed = await FollowedShop.open({
    versions: ["v1", "v2", "v3"],
    failing: ["v3"],
    routed: false,
    lagMs: 300,
    settings: {
      thresholds: { errorRate: 0.05, errorFor: "12s", p95: "1s", p95For: "12s", minRequests: 40 },
      watch: { for: "30s", every: "1s" },
      strategy: {
        kind: "rolling",
        rolling: { stages: [50, 100], bake: "24s", minRequests: 40, surge: 1 },
        patience: "2m",
      },
    },
    kubernetes: { prometheus: { url: `http://127.0.0.1:${port}`, ingress: "own", queries, every: "4s", settle: "2s" } },
  });
  const folder = join(followed.shop.project.folder, "prometheus");
  const discovered = join(followed.shop.project.folder, "pods.json");
  told = tellPods(discovered);
  prometheus = await PrometheusServer.start({
    ...{ prometheus: tool.path, folder, port, targets: [], everySeconds: 1, discovered },
  });
  load = await followed.users(900);
});

afterAll(async () => {
  telling.abort();
  await told;
  await load?.[Symbol.asyncDispose]();
  await prometheus?.stop();
  await followed?.close();
});

/** In the place of the Prometheus Operator, which finds pods by the Services of their sides: says where their processes are. */
async function tellPods(file: string): Promise<void> {
  const { signal } = telling;
  while (!signal.aborted) {
    const { items } = await followed.shop.get<V1PodList>("pods", "-l", "app.kubernetes.io/name=api");
    const targets = items.flatMap(({ metadata, status }) => {
      const port = followed.follower.pods.portOf(status?.podIP ?? "");
      const side = metadata?.labels?.["greenlight/environment"];
      return port === undefined || side === undefined
        ? []
        : [{ targets: [`127.0.0.1:${port}`], labels: { service: `shop-api-${side}` } }];
    });
    writeFileSync(`${file}.fresh`, JSON.stringify(targets));
    await rename(`${file}.fresh`, file);
    await pause(1_000, undefined, { signal }).catch(() => {});
  }
}

/** Until Prometheus has figures of all the time that a release is judged by before it begins. */
async function figures(side: string): Promise<void> {
  const query = `count_over_time((sum(increase(shop_seconds_count{service="shop-api-${side}"}[4s])) > 0)[18s:1s])`;
  await eventually("figures of 16 s", async () => {
    const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0) >= 16 ? true : undefined;
  });
}

describe.sequential("a rolling release on Kubernetes whose pods answer behind one Service", () => {
  it("is compared side by side at each stage by what the pods say of themselves, and released", async () => {
    await figures("blue");
    const before = await load.mark("before the release");
    const { exitCode, json, said } = await followed.shop.greenlight("release", "v2");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({ outcome: "released", serving: { environment: "green", version: "v2" } });
    expect(said).toContain("rolling: instances come for 50 % to green, 50 % to blue");
    expect(said).toMatch(/rolling: 50 % is passed\. Go at 50 %, compared: api: 0 % of the new version's requests/);
    expect(await followed.instances()).toEqual({ blue: 1, green: 2 });
    expect(Object.keys(await unharmedSince(load, before)).sort()).toEqual(["v1", "v2"]);
  });

  it("is taken back from its first stage where the new pods fail more than those that they replace", async () => {
    await figures("green");
    const { exitCode, json, said } = await followed.shop.greenlight("release", "v3");
    expect(exitCode, said).toBe(4);
    expect(json).toMatchObject({ outcome: "rolled-back", serving: { environment: "green", version: "v2" } });
    expect(said).not.toContain("rolling: 50 % is passed");
    expect(await followed.instances()).toMatchObject({ green: 2 });
    const after = await load.mark("after the way back");
    expect(Object.keys(await unharmedSince(load, after))).toEqual(["v2"]);
  });
});
