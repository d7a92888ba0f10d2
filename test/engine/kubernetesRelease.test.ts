import { join } from "node:path";
import type { V1Deployment } from "@kubernetes/client-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LoadGenerator, Mark } from "../../rehearsal/load/client.ts";
import { type EnvironmentName, other, sayWeights, sharedWeights } from "../../release/environment.ts";
import { freePort } from "../../tools/freePort.ts";
import { makeKnown } from "../../tools/kubernetes/playedKind.ts";
import { PrometheusServer } from "../../tools/prometheus/server.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { eventually } from "../processes.ts";
import { FollowedShop, unharmedSince as unharmed } from "./followedShop.ts";
import type { KubernetesShop } from "./kubernetesShop.ts";

// A whole release on a real control plane behind a Gateway, judged by a real Prometheus that reads what a real Envoy counted of users'
// requests. Pods are processes of this machine, and the Gateway is played.

const ruleKind = { group: "monitoring.coreos.com", version: "v1", plural: "prometheusrules", kind: "PrometheusRule" };

interface Rule {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly groups: readonly object[] };
}

let followed: FollowedShop;
let shop: KubernetesShop;
let prometheus: PrometheusServer;
let load: LoadGenerator;
/** The settings of Prometheus. */
let asked: object;
const unharmedSince = (mark: Mark, least?: number) => unharmed(load, mark, least);

beforeAll(async () => {
  const tool = (await ensureToolchain({ want: ["prometheus"] })).prometheus;
  const port = await freePort();
  asked = { url: `http://127.0.0.1:${port}`, ingress: "envoy", alerts: ["ShopFails"], every: "4s", settle: "2s" };
  followed = await FollowedShop.open({
    versions: ["v1", "v2", "v3", "v4"],
    failing: ["v3"],
    routed: true,
    lagMs: 300,
    settings: {
      thresholds: { errorRate: 0.05, errorFor: "12s", p95: "1s", p95For: "12s", minRequests: 50 },
      watch: { for: "40s", every: "1s" },
      strategy: {
        canary: { stages: [25, 100], bake: "24s", minRequests: 40 },
        rolling: { stages: [50, 100], bake: "24s", minRequests: 40, surge: 1 },
        patience: "2m",
      },
    },
    kubernetes: {
      prometheus: asked,
    },
  });
  ({ shop } = followed);
  await makeKnown(followed.config, ruleKind, shop.namespace);
  asked = { ...asked, rule: { labels: { release: "prometheus" } } };
  await asks({});
  await shop.succeed("up", "--skip-preview");
  // In the place of the Prometheus Operator.
  const { spec, metadata } = await shop.get<Rule>("prometheusrule", "shop-release");
  expect(metadata.labels).toMatchObject({ release: "prometheus" });
  prometheus = await PrometheusServer.start({
    prometheus: tool.path,
    folder: join(shop.project.folder, "prometheus"),
    port,
    targets: [followed.follower.admins.get("shop-api") ?? ""],
    metricsPath: "/stats/prometheus",
    everySeconds: 1,
    // As Contour names a Service's cluster.
    relabel: [
      {
        source_labels: ["envoy_cluster_name"],
        regex: "shop-api_(blue|green)",
        target_label: "envoy_cluster_name",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus' own word for what the pattern caught.
        replacement: "shop_shop-api-${1}_8080",
      },
    ],
    ruleGroups: [
      ...spec.groups,
      {
        name: "shop",
        rules: [
          {
            alert: "ShopFails",
            expr: 'sum(increase(envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name=~"shop_.*"}[10s])) > 1000',
          },
        ],
      },
    ],
  });
});

afterAll(async () => {
  await prometheus?.stop();
  await followed?.close();
});

beforeEach(async () => {
  load = await followed.users();
});

afterEach(async () => {
  await load[Symbol.asyncDispose]();
});

/** Changes what is asked of Prometheus. */
async function asks(changes: object): Promise<void> {
  const kubernetes = shop.project.config.kubernetes as object;
  await shop.project.set({ kubernetes: { ...kubernetes, prometheus: { ...asked, ...changes } } });
}

/** Values that a query has now. */
async function ask(query: string): Promise<number[]> {
  const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return data.result.map(({ value }) => Number(value[1]));
}

/** Whether an alert of the stack's own fired in the last minutes. */
async function fired(alert: string): Promise<boolean> {
  return (await ask(`max_over_time(ALERTS{alertname="${alert}",alertstate="firing"}[5m])`)).length > 0;
}

/** Until Prometheus has figures of all the time that a release is judged by before it begins. */
async function figures(): Promise<void> {
  const requests = 'sum(increase(envoy_cluster_upstream_rq_total{envoy_cluster_name=~"shop_.*"}[4s]))';
  await eventually("figures of 16 s", async () => {
    const [seconds = 0] = await ask(`count_over_time((${requests} > 0)[18s:1s])`);
    return seconds >= 16 ? true : undefined;
  });
}

/** Changes the settings, as a person does. */
async function config(...args: string[]): Promise<void> {
  const { project } = shop;
  const ran = await project.pulumi("config", ...args, "--stack", project.stack);
  expect(ran.exitCode, ran.all).toBe(0);
}

const strategyIs = (kind: string) => config("set", "--path", "greenlight:strategy.kind", kind);

/** What the gate of the bake said last; nothing before it passed. */
async function baked(): Promise<unknown> {
  return (await shop.project.resource("index:BakeGate", "bake"))?.outputs?.verdict;
}

/** Pods that each side was told to run. */
async function replicas(): Promise<Record<string, number | undefined>> {
  const of = async (name: EnvironmentName) =>
    (await shop.get<V1Deployment>("deployment", `shop-api-${name}`)).spec?.replicas;
  return { blue: await of("blue"), green: await of("green") };
}

/** The side that serves everything. */
async function serves(): Promise<unknown> {
  return (await shop.greenlight("status")).json.serves.environment;
}

describe.sequential("a release on Kubernetes that a Prometheus judges", () => {
  it("is not begun where nobody could judge it: no figures, or an alert that is not there", async () => {
    await asks({ cluster: "nobody/$service", alerts: ["Nowhere"] });
    const { exitCode, said } = await shop.greenlight("release", "v2");
    expect(exitCode, said).toBe(3);
    expect(said).toContain("Prometheus has no alerting rule Nowhere that works, so nobody would hear");
    expect(said).toContain("Prometheus tells nothing of the requests to api");
    await asks({});
  });

  it("deploys, switches, and is released when what users were answered is good all through the watch", async () => {
    await figures();
    const before = await load.mark("before the release");
    const requests = await shop.requests();
    const { exitCode, json, said } = await shop.greenlight("release", "v2");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({
      outcome: "released",
      environment: "green",
      verdict: { verdict: "go" },
      serving: { environment: "green", version: "v2" },
    });
    const errors = json.verdict.reasons.find((it: { look: string }) => it.look === "errors");
    expect(errors).toMatchObject({ service: "api", outcome: "ok", value: 0 });
    expect(errors.samples).toBeGreaterThanOrEqual(50);
    const alarms = { look: "alarms", outcome: "ok", samples: 3 };
    expect(json.verdict.reasons).toContainEqual(expect.objectContaining(alarms));
    // Pods once a look and their logs every 15 s; all else follows the API server by watches.
    expect((await shop.requests()) - requests).toBeLessThan(400);
    const { v1, v2 } = await unharmedSince(before);
    expect(v1?.requests).toBeGreaterThan(0);
    expect(v2?.requests).toBeGreaterThan(0);
  });

  it("goes back by itself when it fails", async () => {
    const { exitCode, json, said } = await shop.greenlight("release", "v3");
    expect(exitCode, said).toBe(4);
    expect(json).toMatchObject({ outcome: "rolled-back", verdict: { verdict: "no-go" } });
    // The stack's own alert hears of it before a watch has seen enough.
    expect(json.verdict.sentence).toMatch(/shop-shop-api-blue-errors fires/);
    expect(await fired("shop-shop-api-blue-errors")).toBe(true);
    expect(await fired("shop-shop-api-green-errors")).toBe(false);
    expect(said).toMatch(/new in the candidate's logs, \d+ times: ERROR order \d+ has no total/);
    expect(await serves()).toBe("green");
    const after = await load.mark("after the way back");
    expect(Object.keys(await unharmedSince(after))).toEqual(["v2"]);
  });

  it("gives a canary its share, compares both sides over the same time, and then everything", async () => {
    await strategyIs("canary");
    const before = await load.mark("before the canary");
    const { exitCode, json, said } = await shop.greenlight("release", "v4");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({ outcome: "released", serving: { environment: "blue", version: "v4" } });
    expect(said).toContain("canary: blue v4 gets 25 % of users' requests");
    expect(said).toMatch(
      /canary: 25 % is passed\. Go at 25 %, compared: api: 0 % of the new version's requests failed/,
    );
    await unharmedSince(before);
  });

  it("takes a canary back from its share when it fails more than what it replaces", async () => {
    const before = await load.mark("before the bad canary");
    const { exitCode, json, said } = await shop.greenlight("release", "v3");
    expect(exitCode, said).toBe(4);
    expect(json).toMatchObject({ outcome: "rolled-back", serving: { environment: "blue", version: "v4" } });
    expect(said).not.toContain("canary: 25 % is passed");
    const { byVersion } = await load.since(before);
    expect(byVersion.v3?.requests).toBeLessThan((byVersion.v4?.requests ?? 0) / 2);
  });

  it("is walked by plain pulumi: each share is an update that watches it, and fails with a no-go", async () => {
    const from = (await serves()) as EnvironmentName;
    const to = other(from);
    await strategyIs("canary");
    await config("set", `greenlight:${to}`, "v3");
    await shop.succeed("up", "--skip-preview");
    await config("set", "greenlight:bake", "24s");
    await config("set", "greenlight:share", "25");
    const said = await shop.refused();
    expect(said).toMatch(/No-go after [^:]*: .*(error rate \d+ %|shop-shop-api-\w+-errors fires)/);
    expect(said).toContain(`${to} v3 at 25 %, api`);
    const shares = sayWeights(sharedWeights(from, 25));
    expect(said).toContain(`Traffic is where the update put it: ${shares}.`);
    expect(said).toContain("take greenlight:share out and update");
    expect(await baked()).toBeUndefined();
    await config("rm", "greenlight:share");
    await shop.succeed("up", "--skip-preview");
    expect(await baked()).toBe("Not watched: a way back waits for nobody.");
    await config("set", `greenlight:${to}`, "v2");
    await shop.succeed("up", "--skip-preview");
    // The next candidate of that side would be judged by the alert that the last one set off.
    const fires = `ALERTS{alertname="shop-shop-api-${to}-errors",alertstate="firing"}`;
    await eventually("the end of that alert", async () => ((await ask(fires)).length === 0 ? true : undefined));
    const before = await load.mark("before the share");
    await config("set", "greenlight:share", "25");
    await shop.succeed("up", "--skip-preview");
    expect(await baked()).toMatch(/^Go at 25 %, compared: api: 0 % of the new version's requests failed/);
    expect((await unharmedSince(before)).v2?.requests).toBeGreaterThanOrEqual(40);
    await config("rm", "greenlight:share");
    await shop.succeed("up", "--skip-preview");
  });

  it("rolls: pods follow the share of the traffic, there and back, and no request meets too few", async () => {
    await strategyIs("rolling");
    await figures();
    const from = (await serves()) as EnvironmentName;
    const to = other(from);
    const before = await load.mark("before the rolling release");
    const { exitCode, json, said } = await shop.greenlight("release", "v2");
    expect(exitCode, said).toBe(0);
    expect(json).toMatchObject({ outcome: "released", serving: { environment: to, version: "v2" } });
    expect(said).toContain(`rolling: instances come for 50 % to ${to}, 50 % to ${from}`);
    expect(said).toContain("rolling: 50 % is passed. Go at 50 %, compared: api: 0 % of the new version's requests");
    expect(await replicas()).toEqual({ [to]: 2, [from]: 1 });
    // The settings still have a bake, and nobody waited twice.
    expect(await baked()).toBe("Watched by the command that gave the update.");
    const back = await shop.greenlight("rollback", "--reason", "only to see it");
    expect(back.exitCode, back.said).toBe(0);
    expect(await serves()).toBe(from);
    expect(await replicas()).toEqual({ [from]: 2, [to]: 1 });
    await unharmedSince(before);
  });
});
