import { describe, expect, it } from "vitest";
import { readSettings } from "../../../config.ts";
import { Problem } from "../../../release/problem.ts";
import { config } from "../aws/shop.ts";
import { settings } from "./shop.ts";

/** What the settings are refused for, a line each. */
function faults(over: Record<string, unknown>): string[] {
  try {
    const all = Object.entries({ ...settings, ...over }).filter(([, value]) => value !== undefined);
    readSettings(config(Object.fromEntries(all)));
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.happened
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

const image = `postgres:17@sha256:${"a".repeat(64)}`;
const dump = { image, claim: "backups", secret: "shop-backup" };
const store = { path: "backups/greenlight", image: `rclone/rclone:1@sha256:${"b".repeat(64)}`, secret: "shop-store" };
const elsewhere = { image, secret: "shop-backup", command: ["store"] };

describe("the settings of a stack on Kubernetes", () => {
  it("need a namespace, and no more", () => {
    expect(faults({})).toEqual([]);
    expect(faults({ kubernetes: {} })[0]).toContain("greenlight:kubernetes.namespace");
    expect(faults({ kubernetes: undefined })[0]).toContain("greenlight:kubernetes is missing");
  });

  it("are refused on another platform, and another platform's here", () => {
    expect(faults({ platform: "local" })).toContainEqual(
      expect.stringContaining(
        "greenlight:kubernetes is a setting of the platform kubernetes; greenlight:platform is local",
      ),
    );
    expect(faults({ listen: "127.0.0.1" })).toContainEqual(
      expect.stringContaining("greenlight:listen is a setting of the local"),
    );
  });

  it("take a dump in the place of a snapshot of the volume", () => {
    const drilled = { ...dump, drill: { secret: "shop-drill" }, restore: { secret: "shop-owner" } };
    expect(faults({ kubernetes: { ...settings.kubernetes, database: { dump: drilled, keep: 3 } } })).toEqual([]);
    expect(faults({ kubernetes: { ...settings.kubernetes, database: { dump: elsewhere } } })).toEqual([]);
    const stored = { ...drilled, claim: undefined, store };
    expect(faults({ kubernetes: { ...settings.kubernetes, database: { dump: stored, keep: 3 } } })).toEqual([]);
  });

  it.each(["mandatory", "advisory", "none"])("have a checklist of level %s", (level) => {
    expect(faults({ checklist: { level } })).toEqual([]);
  });

  it.each([
    [
      { bake: "5m" },
      "greenlight:bake needs somebody who counts what users are answered: name a Prometheus in greenlight:kubernetes.prometheus, or leave bake out",
    ],
    [
      { blue: "v1", green: "v2", share: "10" },
      "greenlight:share is 10; on kubernetes a Gateway's routes share traffic, which kubernetes.gateway names, or pods do with strategy.kind rolling",
    ],
    [
      { kubernetes: { ...settings.kubernetes, gateway: { name: "public" } } },
      "greenlight:kubernetes.services.api.hosts is missing; expected a list of host names, by which the Gateway public",
    ],
    [
      { kubernetes: { ...settings.kubernetes, services: { api: { hosts: ["shop.example"] } } } },
      "greenlight:kubernetes.services.api.hosts says what a Gateway takes, and kubernetes.gateway names none",
    ],
    [
      {
        kubernetes: {
          ...settings.kubernetes,
          database: { claim: "data", migration: { service: "worker", command: ["m"], verify: ["v"], prints: "ok" } },
        },
      },
      'greenlight:kubernetes.database.migration.service is "worker"; expected one of api, web',
    ],
    [
      {
        kubernetes: {
          ...settings.kubernetes,
          database: {
            claim: "data",
            migration: {
              ...{ service: "api", command: ["m"], verify: ["v"], prints: "ok" },
              rollback: { command: ["b"], verify: ["v"], prints: "ok" },
            },
          },
        },
      },
      "greenlight:kubernetes.database.migration.rollback.prints is what greenlight:kubernetes.database.migration.prints is, of the same question",
    ],
    [{ database: { user: "shop" } }, "how it is migrated in kubernetes.database"],
    [
      { kubernetes: { ...settings.kubernetes, database: {} } },
      "greenlight:kubernetes.database.claim is missing; expected the claim of which a VolumeSnapshot",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { claim: "data", dump } } },
      "greenlight:kubernetes.database.claim is for a VolumeSnapshot, and greenlight:kubernetes.database.dump takes a dump",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { snapshotClass: "fast", dump } } },
      "greenlight:kubernetes.database.snapshotClass is for a VolumeSnapshot",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: { ...dump, claim: undefined } } } },
      "greenlight:kubernetes.database.dump.claim is missing; expected a claim that dumps are written to",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: { ...dump, store } } } },
      "greenlight:kubernetes.database.dump.claim and greenlight:kubernetes.database.dump.store are both given",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: { ...elsewhere, store } } } },
      "greenlight:kubernetes.database.dump.store is for our own pg_dump",
    ],
    ...["/backups", "backups/../others", "backups//shop", "-backups", "store:backups"].map(
      (path): [Record<string, unknown>, string] => [
        {
          kubernetes: {
            ...settings.kubernetes,
            database: { dump: { ...dump, claim: undefined, store: { ...store, path } } },
          },
        },
        "expected a bucket and folders in it, such as backups/greenlight",
      ],
    ),
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: { ...dump, command: ["store"] } } } },
      "greenlight:kubernetes.database.dump.claim is for our own pg_dump",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: elsewhere, keep: 3 } } },
      "greenlight:kubernetes.database.keep removes dumps that are ours",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: { ...elsewhere, drill: { secret: "drill" } } } } },
      "greenlight:kubernetes.database.dump.drill restores dumps that are ours",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: { ...elsewhere, restore: { secret: "owner" } } } } },
      "greenlight:kubernetes.database.dump.restore restores dumps that are ours",
    ],
    [
      { kubernetes: { ...settings.kubernetes, database: { dump: { ...dump, image: "postgres:17" } } } },
      "expected an image with its digest, such as postgres:17@sha256:",
    ],
    [
      { strategy: { kind: "canary" } },
      "greenlight:strategy.kind is canary; on kubernetes a Gateway's routes alone give any share: kubernetes.gateway names it, or rolling goes by pods",
    ],
    [
      { strategy: { kind: "canary" }, blue: "v1", green: "v2", share: "10" },
      "greenlight:share is 10; on kubernetes a Gateway's routes share traffic",
    ],
    [{ strategy: { kind: "rolling" } }, "greenlight:strategy.kind is rolling; nobody counts what both sides answer"],
    [{ strategy: { kind: "canary" } }, "greenlight:strategy.kind is canary; nobody counts what both sides answer"],
    [
      { strategy: { kind: "canary", canary: { sticky: "1h" } } },
      "greenlight:strategy.canary.sticky needs a Gateway, whose routes know a user by a cookie: name it in kubernetes.gateway",
    ],
    [
      { strategy: { canary: { sticky: "1h" } } },
      "greenlight:strategy.canary.sticky means something with strategy.kind canary alone; it is blue-green",
    ],
    [
      { strategy: { kind: "canary", canary: { sticky: "500ms" } } },
      "greenlight:strategy.canary.sticky is 500 ms; on kubernetes expected whole seconds, at most 168h",
    ],
    [
      { testers: { header: "x-environment" } },
      "greenlight:testers needs a Gateway, whose routes look at headers: name it in kubernetes.gateway",
    ],
    [
      { services: { api: { port: 8080, health: { body: "ok" } } } },
      "greenlight:services.api.health.body is not offered",
    ],
    [{ services: { api: { port: 8080, health: { status: 418 } } } }, "greenlight:services.api.health.status is 418"],
    [{ services: { api: { port: 8080, drain: "1500ms" } } }, "greenlight:services.api.drain is 1500 ms"],
    [
      { kubernetes: { ...settings.kubernetes, services: { shop: {} } } },
      "greenlight:kubernetes.services.shop is no service; services: api, web",
    ],
  ])("refuse %j and say what is offered", (over, says) => {
    expect(faults(over)).toContainEqual(expect.stringContaining(says));
  });

  const url = "https://prometheus.shop.example";
  const queries = { requests: "r $service $window", errors: "e $service $window", p95: "p $service $window" };
  it.each([
    [{ ingress: "nginx" }, "greenlight:kubernetes.prometheus.url is missing"],
    [
      { url: "ftp://prometheus", ingress: "nginx" },
      'prometheus.url is "ftp://prometheus"; expected an address such as',
    ],
    [{ url, ingress: "apache" }, 'prometheus.ingress is "apache"; expected envoy, nginx, istio or own'],
    [{ url, ingress: "own" }, "greenlight:kubernetes.prometheus.queries is missing"],
    [{ url, ingress: "nginx", queries }, "prometheus.queries are those of an ingress of your own"],
    [{ url, ingress: "nginx", cluster: "$service" }, "prometheus.cluster is what an Envoy calls a Service"],
    [
      { url, ingress: "envoy", cluster: "$name" },
      "prometheus.cluster has $name; known are $namespace, $service, $port",
    ],
    [{ url, ingress: "envoy", cluster: "$port" }, "prometheus.cluster lacks $service"],
    [
      { url, ingress: "own", queries: { ...queries, errors: "errors[5m]" } },
      "prometheus.queries.errors lacks $service and $window",
    ],
    [
      { url: "http://prometheus.shop.example", ingress: "nginx", tokenFrom: "TOKEN" },
      "prometheus.url is http://prometheus.shop.example; with greenlight:kubernetes.prometheus.tokenFrom expected an address with https",
    ],
    [
      { url, ingress: "nginx", tokenFrom: "eyJ-a-token" },
      "prometheus.tokenFrom is something else; expected the name of",
    ],
    [{ url, ingress: "nginx", token: "x" }, "prometheus.token is no setting: it is a secret"],
    [{ url, ingress: "nginx", headers: { Authorization: "x" } }, "prometheus.headers holds Authorization"],
    [{ url, ingress: "nginx", headers: { "X Y": "x" } }, "X Y is no name for a header"],
  ])("refuse to ask a Prometheus by %j, and say why", (prometheus, says) => {
    expect(faults({ kubernetes: { ...settings.kubernetes, prometheus } })).toContainEqual(
      expect.stringContaining(says),
    );
  });

  it.each([
    { url, ingress: "nginx" },
    { url: "http://prometheus.monitoring.svc:9090", ingress: "istio", headers: { "X-Scope-OrgID": "shop" } },
    {
      url: "http://127.0.0.1:9090/select/0",
      ingress: "envoy",
      cluster: "$namespace/$service/$port",
      tokenFrom: "TOKEN",
    },
    {
      url,
      ca: "ca.pem",
      ingress: "own",
      queries,
      database: "pg_up",
      alerts: ["ShopFails"],
      every: "30s",
      settle: "0s",
    },
  ])("ask a Prometheus by %j", (prometheus) => {
    expect(faults({ kubernetes: { ...settings.kubernetes, prometheus } })).toEqual([]);
  });

  const sided = {
    requests: "r $service $environment $window",
    errors: "e $service $environment $window",
    p95: "p $service $environment $window",
  };
  const rolling = (prometheus: object) =>
    faults({ kubernetes: { ...settings.kubernetes, prometheus }, strategy: { kind: "rolling" } });
  const wayOut =
    "name a Gateway in greenlight:kubernetes.gateway, or count by queries of your own that name $environment (ingress own; prometheus.monitor has every series of the services say its side)";

  it.each([
    { url, ingress: "istio" },
    { url, ingress: "own", queries: sided },
  ])("let pods share traffic without a Gateway where both sides are counted apart, by %j", (prometheus) => {
    expect(rolling(prometheus)).toEqual([]);
    const shared = { blue: "v1", green: "v2", share: "10", strategy: { kind: "rolling" } };
    expect(faults({ ...shared, kubernetes: { ...settings.kubernetes, prometheus } })).toEqual([]);
  });

  it.each([
    [
      { url, ingress: "envoy" },
      `greenlight:strategy.kind is rolling; without a Gateway both sides answer behind one Service, and greenlight:kubernetes.prometheus.ingress envoy counts by Service alone: ${wayOut}`,
    ],
    [
      { url, ingress: "nginx" },
      `greenlight:strategy.kind is rolling; without a Gateway both sides answer behind one Service, and greenlight:kubernetes.prometheus.ingress nginx counts by Service alone: ${wayOut}`,
    ],
    [
      { url, ingress: "own", queries },
      `greenlight:strategy.kind is rolling; without a Gateway both sides answer behind one Service, and greenlight:kubernetes.prometheus.queries do not name $environment: ${wayOut}`,
    ],
  ])("let pods share no traffic that %j would count as one", (prometheus, says) => {
    expect(rolling(prometheus)).toEqual([says]);
  });

  it("have queries of a team's own name the side all or none", () => {
    const prometheus = { url, ingress: "own", queries: { ...queries, errors: sided.errors } };
    expect(faults({ kubernetes: { ...settings.kubernetes, prometheus } })).toEqual([
      "greenlight:kubernetes.prometheus.queries.requests lacks $environment",
      "greenlight:kubernetes.prometheus.queries.p95 lacks $environment",
    ]);
    expect(faults({ kubernetes: { ...settings.kubernetes, prometheus: { ...prometheus, queries: sided } } })).toEqual(
      [],
    );
  });

  it("let a canary walk where a Gateway shares traffic and a Prometheus counts it", () => {
    const services = { api: { hosts: ["shop.example"] }, web: { hosts: ["shop.example"] } };
    const kubernetes = { ...settings.kubernetes, gateway: { name: "public" }, services };
    const prometheus = { url, ingress: "nginx" };
    expect(faults({ kubernetes: { ...kubernetes, prometheus }, strategy: { kind: "canary" } })).toEqual([]);
  });

  it("have pods by load, from the instances to the most", () => {
    const scaled = (scaling: unknown, over: Record<string, unknown> = {}) =>
      faults({ kubernetes: { ...settings.kubernetes, services: { web: { scaling } } }, ...over });
    expect(scaled({ most: 3 })).toEqual([]);
    expect(scaled({ most: 2 })).toEqual([
      "greenlight:kubernetes.services.web.scaling.most is 2, less than the 3 instances",
    ]);
    expect(scaled({})[0]).toContain("greenlight:kubernetes.services.web.scaling.most is missing");
    expect(scaled({ most: 9 }, { strategy: { kind: "rolling" } })).toContain(
      "greenlight:kubernetes.services.web.scaling is not offered with greenlight:strategy.kind rolling: there the share of the traffic says how many pods run",
    );
  });

  it("share traffic where a Gateway leads users", () => {
    const services = { api: { hosts: ["shop.example"], paths: ["/api"] }, web: { hosts: ["shop.example"] } };
    const kubernetes = { ...settings.kubernetes, gateway: { name: "public", namespace: "gateways" }, services };
    expect(faults({ kubernetes, blue: "v1", green: "v2", share: "10" })).toEqual([]);
  });
});
