import type { V1Deployment, V1PodDisruptionBudget, V1PodSpec, V1Service } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import type { PrometheusRule } from "../../../components/kubernetes/releaseAlarms.ts";
import { one, tree } from "../aws/shop.ts";
import type { Recorded } from "../recorded.ts";
import { digest, manifest, stack } from "./shop.ts";

const v1 = manifest("v1");
const v2 = manifest("v2");

const own = (environment: string) =>
  ["api", "web"].flatMap((service) => [
    `kubernetes:Environment ${environment} > kubernetes:apps/v1:Deployment ${environment}-${service}`,
    `kubernetes:Environment ${environment} > kubernetes:core/v1:Service ${environment}-${service}-address`,
    `kubernetes:Environment ${environment} > kubernetes:core/v1:ServiceAccount ${environment}-${service}-account`,
    `kubernetes:Environment ${environment} > kubernetes:policy/v1:PodDisruptionBudget ${environment}-${service}-budget`,
  ]);
const gates = (environment: string) => [
  `kubernetes:Environment ${environment} > index:SmokeGate ${environment}-smoke`,
  `kubernetes:Environment ${environment} > kubernetes:RolloutDone ${environment}-rollout`,
];

const servicesOf = (resources: readonly Recorded[]) =>
  one(resources, "kubernetes:RolloutDone", "blue-rollout").inputs.services as Record<string, unknown>[];

describe("a stack on Kubernetes", () => {
  it("is an environment with its gates, and a live Service for each service between a gate and a reading back", async () => {
    const { resources, providers } = await stack({ blue: v1 });
    expect(tree(resources)).toEqual(
      [
        "index:Release release",
        "kubernetes:Environment blue",
        "kubernetes:TrafficSwitch traffic",
        ...own("blue"),
        ...gates("blue"),
        "kubernetes:TrafficSwitch traffic > kubernetes:SwitchGate traffic-gate",
        "kubernetes:TrafficSwitch traffic > kubernetes:TrafficReadBack traffic-read-back",
        "kubernetes:TrafficSwitch traffic > kubernetes:core/v1:Service traffic-api",
        "kubernetes:TrafficSwitch traffic > kubernetes:core/v1:Service traffic-web",
      ].sort(),
    );
    expect(providers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["kubernetes", { namespace: "shop", enableServerSideApply: "true" }],
    ]);
    const objects = resources.filter(({ token }) => token.startsWith("kubernetes:"));
    expect(new Set(objects.map(({ provider }) => provider))).toEqual(new Set(["kubernetes"]));
  });

  it("asks the team's own alerts before anything of a version is made, where the settings name some", async () => {
    const prometheus = {
      url: "https://prometheus.example",
      ingress: "nginx",
      tokenFrom: "TOKEN",
      alerts: ["ShopFails"],
    };
    const { resources } = await stack({ blue: v1, green: v2 }, { kubernetes: { prometheus } });
    const { inputs } = one(resources, "kubernetes:AlertsQuiet", "green-quiet");
    expect(inputs).toMatchObject({
      environment: "green",
      version: "v2",
      alerts: { blue: ["ShopFails"], green: ["ShopFails"] },
      services: ["api", "web"],
      prometheus: { url: "https://prometheus.example", tokenFrom: "TOKEN", headers: {} },
    });
    const { after } = one(resources, "kubernetes:Environment", "green");
    expect(after).toContain("kubernetes:AlertsQuiet green-quiet");
    const none = await stack({ blue: v1 }, { kubernetes: { prometheus: { ...prometheus, alerts: [] } } });
    expect(tree(none.resources).join()).not.toContain("AlertsQuiet");
  });

  it("makes alerts by the thresholds for every service, of each side where a Gateway tells them apart", async () => {
    const prometheus = { url: "https://prometheus.example", ingress: "nginx", rule: { labels: { release: "mon" } } };
    const thresholds = { errorRate: 0.02, errorFor: "2m", p95: "800ms", p95For: "30s", minRequests: 200 };
    const { resources } = await stack({ blue: v1, green: v2 }, { kubernetes: { prometheus }, thresholds });
    const rule = one(resources, "kubernetes:monitoring.coreos.com/v1:PrometheusRule", "alarms-rule");
    expect(rule.inputs.metadata).toMatchObject({
      name: "shop-release",
      labels: { "app.kubernetes.io/instance": "shop", release: "mon" },
    });
    const { groups } = rule.inputs.spec as PrometheusRule["spec"];
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ alert }) => alert)).toEqual([
      "shop-shop-api-errors",
      "shop-shop-api-slow",
      "shop-shop-web-errors",
      "shop-shop-web-slow",
    ]);
    expect(rules[0]?.expr).toMatch(/^\(sum\(.*\[120000ms\]\).*\)\) \/ \(sum\(.*\)\) > 0\.02 and \(sum\(.*\)\) >= 200$/);
    expect(rules[1]?.expr).toMatch(/^\(histogram_quantile\(.*\[30000ms\].*\)\) > 0\.8 and /);
    const quiet = one(resources, "kubernetes:AlertsQuiet", "green-quiet");
    expect(one(resources, "kubernetes:QuietBeforeRelease", "green-quiet").after).toContain(
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule alarms-rule",
    );
    expect(quiet.inputs.alerts).toMatchObject({
      blue: ["shop-shop-api-errors", "shop-shop-api-slow", "shop-shop-web-errors", "shop-shop-web-slow"],
    });
    const hosts = { api: { hosts: ["api.example"] }, web: { hosts: ["web.example"] } };
    const routed = { prometheus, gateway: { name: "public" }, services: hosts };
    const sides = one(
      (await stack({ blue: v1 }, { kubernetes: routed })).resources,
      "kubernetes:AlertsQuiet",
      "blue-quiet",
    );
    expect(sides.inputs.alerts).toMatchObject({
      blue: expect.arrayContaining(["shop-shop-api-blue-errors"]),
      green: expect.arrayContaining(["shop-shop-web-green-slow"]),
    });
  });

  it("has the services' own metrics read, each side by its own Service, where the settings say at which path", async () => {
    const prometheus = {
      url: "http://prometheus.shop:9090",
      ingress: "envoy",
      monitor: { path: "/internal/metrics", interval: "15s", labels: { release: "prometheus" } },
    };
    const { resources } = await stack({ blue: v1 }, { kubernetes: { prometheus } });
    expect(tree(resources)).toContain(
      "kubernetes:ServiceMetrics metrics > kubernetes:monitoring.coreos.com/v1:ServiceMonitor metrics-monitor",
    );
    const monitor = one(resources, "kubernetes:monitoring.coreos.com/v1:ServiceMonitor", "metrics-monitor");
    expect(monitor.inputs).toMatchObject({
      metadata: { name: "shop-release", namespace: "shop", labels: { release: "prometheus" } },
      spec: {
        selector: {
          matchLabels: { "app.kubernetes.io/instance": "shop" },
          matchExpressions: [{ key: "greenlight/environment", operator: "Exists" }],
        },
        targetLabels: ["greenlight/environment", "app.kubernetes.io/name"],
        endpoints: [{ port: "http", path: "/internal/metrics", interval: "15s" }],
      },
    });
    const own = one(resources, "kubernetes:core/v1:Service", "blue-api-address").inputs as unknown as V1Service;
    expect(own.metadata?.labels).toMatchObject({ "greenlight/environment": "blue", "app.kubernetes.io/name": "api" });
    expect(own.spec?.ports?.map(({ name }) => name)).toEqual(["http"]);
  });

  it("hands no content of a kubeconfig to the engine, but where it lies", async () => {
    const { providers, resources } = await stack(
      { blue: v1 },
      { kubernetes: { kubeconfig: "kube/prod", context: "prod" } },
    );
    expect(providers[0]?.inputs).toMatchObject({ kubeconfig: "/project/kube/prod", context: "prod" });
    expect(one(resources, "kubernetes:SwitchGate", "traffic-gate").inputs.access).toEqual({
      kubeconfig: "/project/kube/prod",
      context: "prod",
      namespace: "shop",
    });
  });

  it("moves nothing but the selectors of the live Services by a switch", async () => {
    const before = await stack({ blue: v1, green: v2 });
    const after = await stack({ blue: v1, green: v2 }, { live: "green" });
    const objects = (all: typeof before) =>
      Object.fromEntries(
        all.resources.filter(({ token }) => token.startsWith("kubernetes:")).map((it) => [it.name, it.inputs]),
      );
    const [was, is] = [objects(before), objects(after)];
    const changed = Object.keys(is).filter((name) => JSON.stringify(is[name]) !== JSON.stringify(was[name]));
    expect(changed.sort()).toEqual(["traffic-api", "traffic-web"]);
    const { spec } = is["traffic-api"] as unknown as V1Service;
    expect(spec?.selector).toEqual({
      "app.kubernetes.io/instance": "shop",
      "app.kubernetes.io/name": "api",
      "greenlight/environment": "green",
    });
  });

  it("moves traffic after the gates, and services one after the other", async () => {
    const { resources } = await stack({ blue: v1 });
    expect(one(resources, "kubernetes:core/v1:Service", "traffic-api").after).toContain(
      "kubernetes:SwitchGate traffic-gate",
    );
    expect(one(resources, "kubernetes:core/v1:Service", "traffic-web").after).toContain(
      "kubernetes:core/v1:Service traffic-api",
    );
    expect(one(resources, "kubernetes:TrafficReadBack", "traffic-read-back").after).toContain(
      "kubernetes:core/v1:Service traffic-web",
    );
    expect(one(resources, "index:SmokeGate", "blue-smoke").after).toContain("kubernetes:RolloutDone blue-rollout");
    expect(one(resources, "kubernetes:RolloutDone", "blue-rollout").after).toContain(
      "kubernetes:apps/v1:Deployment blue-web",
    );
  });

  it("watches who was given traffic after the reading back, where the settings ask the update itself to", async () => {
    const prometheus = { url: "https://prometheus.example", ingress: "nginx", tokenFrom: "TOKEN", alerts: ["Fails"] };
    const settings = { kubernetes: { prometheus }, bake: "5m", live: "green" };
    const { resources } = await stack({ blue: v1, green: v2 }, settings);
    const bake = one(resources, "index:BakeGate", "bake");
    expect(bake.after).toContain("kubernetes:TrafficReadBack traffic-read-back");
    expect(bake.inputs).toMatchObject({
      source: {
        platform: "kubernetes",
        serving: { access: { namespace: "shop" } },
        pods: [{ service: "api" }, { service: "web" }],
        watching: { access: { url: "https://prometheus.example", tokenFrom: "TOKEN" }, alerts: { green: ["Fails"] } },
      },
      services: ["api", "web"],
      live: "green",
      weights: { blue: 0, green: 100 },
      versions: { blue: "v1", green: "v2" },
      watched: false,
      forMs: 300_000,
      patienceMs: 900_000,
      minRequests: 100,
    });
  });

  it("asks the gate for the digest, the pods and the template of each service", async () => {
    const { resources } = await stack({ blue: v1 });
    const services = servicesOf(resources);
    expect(services.map(({ deployment, digest: is, replicas }) => [deployment, is, replicas])).toEqual([
      ["shop-api-blue", digest("v1"), 2],
      ["shop-web-blue", digest("v1"), 3],
    ]);
    const again = await stack({ blue: v1 }, { kubernetes: { services: { api: { cpu: "500m" } } } });
    const after = servicesOf(again.resources);
    expect(after[0]?.template).not.toBe(services[0]?.template);
    expect(after[1]?.template).toBe(services[1]?.template);
  });
});

describe("a stack on Kubernetes behind a Gateway", () => {
  const kubernetes = {
    gateway: { name: "public", namespace: "gateways", section: "https" },
    services: { api: { hosts: ["shop.example"], paths: ["/api", "/v2"] }, web: { hosts: ["shop.example"] } },
  };
  const routed = (changes: Record<string, unknown> = {}) => stack({ blue: v1, green: v2 }, { kubernetes, ...changes });
  const routeOf = ({ resources }: Awaited<ReturnType<typeof routed>>, name: string) =>
    one(resources, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", name).inputs;

  it("leads users by an HTTPRoute for each service, to the environments' own Services", async () => {
    const it = await routed();
    expect(routeOf(it, "traffic-api")).toMatchObject({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "shop-api", namespace: "shop" },
      spec: {
        parentRefs: [{ name: "public", namespace: "gateways", sectionName: "https" }],
        hostnames: ["shop.example"],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/api" } }, { path: { type: "PathPrefix", value: "/v2" } }],
            backendRefs: [
              { kind: "Service", name: "shop-api-blue", port: 8080, weight: 100 },
              { kind: "Service", name: "shop-api-green", port: 8080, weight: 0 },
            ],
          },
        ],
      },
    });
    expect(it.resources.filter(({ name }) => name === "traffic-api").map(({ token }) => token)).toEqual([
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
    ]);
  });

  it("names no Service of a side that has no version: a Gateway would call the route unresolved", async () => {
    const alone = await stack({ blue: v1 }, { kubernetes });
    expect(routeOf(alone, "traffic-api")).toMatchObject({
      spec: { rules: [{ backendRefs: [{ name: "shop-api-blue", weight: 100 }] }] },
    });
  });

  it("leads testers by a rule for each side that is there, on every path, and tells the reading back", async () => {
    const testers = { header: "x-environment" };
    const rulesOf = (it: Awaited<ReturnType<typeof routed>>) =>
      (routeOf(it, "traffic-api").spec as { rules: object[] }).rules;
    const both = await routed({ testers, share: "10" });
    const [users, ...others] = rulesOf(both);
    expect(users).toEqual(rulesOf(await routed({ share: "10" }))[0]);
    const rule = (side: string) => ({
      matches: ["/api", "/v2"].map((value) => ({
        path: { type: "PathPrefix", value },
        headers: [{ type: "Exact", name: "x-environment", value: side }],
      })),
      backendRefs: [{ group: "", kind: "Service", name: `shop-api-${side}`, port: 8080, weight: 100 }],
    });
    expect(others).toEqual([rule("blue"), rule("green")]);
    expect(one(both.resources, "kubernetes:TrafficReadBack", "traffic-read-back").inputs.testers).toBe("x-environment");
    expect(rulesOf(await stack({ blue: v1 }, { kubernetes, testers })).slice(1)).toEqual([rule("blue")]);
  });

  it("has users stay while a share is given, and no longer, and tells the reading back", async () => {
    const strategy = { kind: "canary", canary: { sticky: "1h" } };
    const prometheus = { url: "http://prometheus.shop:9090", ingress: "envoy" };
    const sticky = (change: object) => routed({ strategy, kubernetes: { ...kubernetes, prometheus }, ...change });
    const rulesOf = (it: Awaited<ReturnType<typeof routed>>) =>
      (routeOf(it, "traffic-api").spec as { rules: { backendRefs: { filters?: object[] }[] }[] }).rules;
    const readBack = ({ resources }: Awaited<ReturnType<typeof routed>>) =>
      one(resources, "kubernetes:TrafficReadBack", "traffic-read-back").inputs;
    const [alone, shared] = [await sticky({}), await sticky({ share: "10" })];
    expect(rulesOf(alone)).toEqual(rulesOf(await routed()));
    expect(readBack(alone)).not.toHaveProperty("sticky");
    expect(rulesOf(shared)).toHaveLength(3);
    expect(rulesOf(shared)[0]?.backendRefs.map(({ filters }) => filters?.length)).toEqual([1, 1]);
    expect(readBack(shared).sticky).toBe(3_600);
  });

  it.each<[string, Record<string, unknown>, [number, number]]>([
    ["a share", { share: "10" }, [90, 10]],
    ["a switch", { live: "green" }, [0, 100]],
  ])("changes two numbers of each route by %s, and nothing else of the cluster", async (_, change, weights) => {
    const [before, after] = [await routed(), await routed(change)];
    const objects = (all: typeof before) =>
      Object.fromEntries(
        all.resources.filter(({ token }) => token.startsWith("kubernetes:")).map((it) => [it.name, it.inputs]),
      );
    const [was, is] = [objects(before), objects(after)];
    const changed = Object.keys(is).filter((name) => JSON.stringify(is[name]) !== JSON.stringify(was[name]));
    expect(changed.sort()).toEqual(["traffic-api", "traffic-web"]);
    const refs = (it: typeof before) =>
      (routeOf(it, "traffic-api").spec as { rules: { backendRefs: { weight: number }[] }[] }).rules[0]?.backendRefs ??
      [];
    expect(refs(after).map(({ weight }) => weight)).toEqual(weights);
    const plain = (it: typeof before) => JSON.stringify(routeOf(it, "traffic-api")).replace(/"weight":\d+/g, "");
    expect(plain(after)).toBe(plain(before));
  });

  it("asks the gate and the reading back for the same shares, and tells them the routes", async () => {
    const { resources } = await routed({ share: "25" });
    for (const [type, name] of [
      ["kubernetes:SwitchGate", "traffic-gate"],
      ["kubernetes:TrafficReadBack", "traffic-read-back"],
    ] as const) {
      const { weights, services } = one(resources, type, name).inputs;
      expect(weights).toEqual({ blue: 75, green: 25 });
      expect(services).toMatchObject([
        { name: "shop-api", route: { blue: "shop-api-blue", green: "shop-api-green", port: 8080 } },
        { name: "shop-web", route: { blue: "shop-web-blue", green: "shop-web-green", port: 3000 } },
      ]);
    }
  });
});

describe("a stack on Kubernetes that releases rolling", () => {
  const kubernetes = {
    gateway: { name: "public" },
    services: { api: { hosts: ["shop.example"] }, web: { hosts: ["web.example"] } },
    prometheus: { url: "http://prometheus.shop:9090", ingress: "envoy" },
  };
  const strategy = { kind: "rolling", rolling: { surge: 1 } };
  const rolling = (change: Record<string, unknown>) =>
    stack({ blue: v1, green: v2 }, { kubernetes, strategy, ...change });
  const counts = ({ resources }: Awaited<ReturnType<typeof rolling>>) =>
    Object.fromEntries(
      ["blue-api", "green-api", "blue-web", "green-web"].map((name) => [
        name,
        (one(resources, "kubernetes:apps/v1:Deployment", name).inputs as unknown as V1Deployment).spec?.replicas,
      ]),
    );

  it("runs what each side's share of the traffic takes, and one pod of the side without any", async () => {
    expect(counts(await rolling({}))).toEqual({ "blue-api": 2, "green-api": 1, "blue-web": 3, "green-web": 1 });
    expect(counts(await rolling({ share: "50" }))).toEqual({
      ...{ "blue-api": 1, "green-api": 1, "blue-web": 2, "green-web": 2 },
    });
  });

  it("has room for where traffic goes before it goes there, and moves it without a change of any pod", async () => {
    const [raised, moved] = [await rolling({ room: "33" }), await rolling({ share: "33", room: "0" })];
    expect(counts(raised)).toEqual({ "blue-api": 2, "green-api": 1, "blue-web": 3, "green-web": 1 });
    expect(counts(moved)).toEqual(counts(raised));
    expect(one(moved.resources, "kubernetes:SwitchGate", "traffic-gate").inputs.services).toMatchObject([
      { service: "api", needed: { blue: 2, green: 1 } },
      { service: "web", needed: { blue: 2, green: 1 } },
    ]);
  });

  it("needs who counts both sides", async () => {
    await expect(stack({ blue: v1 }, { strategy })).rejects.toThrow(
      "greenlight:strategy.kind is rolling; nobody counts what both sides answer",
    );
  });

  describe("without a Gateway", () => {
    const prometheus = { url: "http://prometheus.shop:9090", ingress: "istio", rule: { labels: { release: "mon" } } };
    const byPods = (change: Record<string, unknown>) =>
      stack({ blue: v1, green: v2 }, { kubernetes: { prometheus }, strategy, ...change });
    const selectorOf = ({ resources }: Awaited<ReturnType<typeof byPods>>) =>
      (one(resources, "kubernetes:core/v1:Service", "traffic-api").inputs as unknown as V1Service).spec?.selector;
    const labels = { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "api" };

    it("leads to both sides while they share traffic, and to one side at 0 and at 100", async () => {
      expect(selectorOf(await byPods({}))).toEqual({ ...labels, "greenlight/environment": "blue" });
      expect(selectorOf(await byPods({ room: "33" }))).toEqual({ ...labels, "greenlight/environment": "blue" });
      expect(selectorOf(await byPods({ share: "33", room: "0" }))).toEqual(labels);
      expect(selectorOf(await byPods({ live: "green", room: "33" }))).toEqual({
        ...labels,
        "greenlight/environment": "green",
      });
    });

    it("tells the gate, the reading back and the Release by which selector both are led to", async () => {
      const { resources } = await byPods({ share: "33", room: "0" });
      const switched = { service: "api", both: labels, needed: { blue: 2, green: 1 } };
      expect(one(resources, "kubernetes:SwitchGate", "traffic-gate").inputs.services).toContainEqual(
        expect.objectContaining(switched),
      );
      expect(one(resources, "kubernetes:TrafficReadBack", "traffic-read-back").inputs.services).toContainEqual(
        expect.objectContaining(switched),
      );
      expect(one(resources, "index:Release", "release").inputs.kubernetes).toMatchObject({
        services: [{ service: "api", both: labels }, { service: "web" }],
      });
    });

    it("is judged by each side's own figures and alerts", async () => {
      const { resources } = await byPods({});
      const rule = one(resources, "kubernetes:monitoring.coreos.com/v1:PrometheusRule", "alarms-rule").inputs;
      const text = JSON.stringify(rule);
      for (const side of ["blue", "green"]) {
        expect(text).toContain(`shop-shop-api-${side}-errors`);
        expect(text).toContain(`destination_service_name=\\"shop-api\\",destination_workload=\\"shop-api-${side}\\"`);
      }
    });
  });

  it("leads to both sides in no other strategy, whatever somebody makes of the Service", async () => {
    const { resources } = await stack({ blue: v1, green: v2 });
    const [switched] = one(resources, "kubernetes:SwitchGate", "traffic-gate").inputs.services as object[];
    expect(switched).not.toHaveProperty("both");
  });
});

describe("a stack on Kubernetes that migrates a database", () => {
  const kubernetes = {
    database: {
      claim: "data-postgres-0",
      migration: { service: "api", command: ["npx", "migrate"], verify: ["npx", "status"], prints: "up to date" },
    },
  };
  const migrating = (version: string) => manifest(version, { tool: "sql", directory: "/project/migrations" });

  it("takes a snapshot, then migrates, then starts the pods of that version", async () => {
    const { resources } = await stack({ blue: v1, green: migrating("v2") }, { kubernetes });
    expect(one(resources, "kubernetes:VolumeSnapshot", "green-snapshot").inputs).toMatchObject({
      prefix: "shop-before-v2",
      claim: "data-postgres-0",
      version: "v2",
    });
    const waitsFor = (type: string, name: string) => one(resources, type, name).after;
    expect(waitsFor("kubernetes:DatabaseMigration", "green-migration")).toContain(
      "kubernetes:VolumeSnapshot green-snapshot",
    );
    expect(waitsFor("kubernetes:Environment", "green")).toContain("kubernetes:MigrationJob green-migration");
    expect(resources.map(({ name }) => name)).not.toContain("blue-migration");
  });

  it("removes snapshots after the switch only, and only where it is told how many stay", async () => {
    const keep = { database: { ...kubernetes.database, keep: 3 } };
    const { resources } = await stack({ blue: v1, green: migrating("v2") }, { kubernetes: keep });
    expect(one(resources, "kubernetes:SnapshotRetention", "snapshot-retention").inputs).toMatchObject({
      keep: 3,
      deployed: ["v1", "v2"],
      labels: { "app.kubernetes.io/instance": "shop" },
    });
    expect(one(resources, "kubernetes:KeptSnapshots", "snapshot-retention").after).toContain(
      "kubernetes:TrafficReadBack traffic-read-back",
    );
    const all = await stack({ blue: v1, green: migrating("v2") }, { kubernetes });
    expect(all.resources.map(({ name }) => name)).not.toContain("snapshot-retention");
  });

  const dump = { image: `postgres:17@${digest("v7")}`, claim: "backups", secret: "shop-backup" };
  const { claim: _claim, ...dumped } = { ...kubernetes.database, dump };

  it("dumps the database where it is told so: after the release, and before the migration", async () => {
    const { resources } = await stack({ blue: v1, green: migrating("v2") }, { kubernetes: { database: dumped } });
    const { pod, job, ...inputs } = one(resources, "kubernetes:DumpJob", "green-snapshot").inputs as {
      pod: V1PodSpec;
      job: { name: string; labels: Record<string, string> };
    };
    expect(inputs).toMatchObject({ version: "v2", place: "the claim backups", deadlineMs: 1_800_000 });
    expect(job).toEqual({
      name: "shop-dump-v2",
      labels: { "app.kubernetes.io/instance": "shop", "greenlight/job": "shop-dump-v2" },
    });
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 999, runAsGroup: 999, fsGroup: 999 },
    });
    expect(pod.containers).toMatchObject([
      {
        image: dump.image,
        env: [
          { name: "GREENLIGHT_FOLDER", value: "/backups" },
          { name: "GREENLIGHT_RELEASE", value: "v2" },
          { name: "GREENLIGHT_STACK", value: "shop" },
        ],
        envFrom: [{ secretRef: { name: "shop-backup" } }],
        resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "256Mi" } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          { name: "backups", mountPath: "/backups", readOnly: false },
        ],
      },
    ]);
    expect(pod.volumes).toContainEqual({
      name: "backups",
      persistentVolumeClaim: { claimName: "backups", readOnly: false },
    });
    expect(one(resources, "kubernetes:DatabaseMigration", "green-migration").after).toContain(
      "kubernetes:DumpJob green-snapshot",
    );
    expect(resources.map(({ type }) => type)).not.toContain("kubernetes:VolumeSnapshot");
  });

  it("dumps to a store by a client of its image, which a container before the dump leaves for it", async () => {
    const store = { path: "backups/greenlight", image: `rclone/rclone:1@${digest("v8")}`, secret: "shop-store" };
    const { claim: _, ...elsewhere } = dump;
    const database = { ...dumped, keep: 3, dump: { ...elsewhere, store } };
    const { resources } = await stack({ blue: v1, green: migrating("v2") }, { kubernetes: { database } });
    const { pod, ...inputs } = one(resources, "kubernetes:DumpJob", "green-snapshot").inputs as { pod: V1PodSpec };
    expect(inputs).toMatchObject({ keptIn: "store", place: "the store backups/greenlight" });
    expect(pod.volumes?.map(({ name }) => name)).toEqual(["tmp", "client"]);
    const restrictedTo = {
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "256Mi" } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    };
    expect(pod.initContainers).toMatchObject([
      {
        name: "client",
        image: store.image,
        env: [{ name: "GREENLIGHT_CLIENT", value: "/client" }],
        envFrom: [],
        ...restrictedTo,
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          { name: "client", mountPath: "/client" },
        ],
      },
    ]);
    expect(pod.containers).toMatchObject([
      {
        image: dump.image,
        env: [
          { name: "GREENLIGHT_CLIENT", value: "/client" },
          { name: "GREENLIGHT_RELEASE", value: "v2" },
          { name: "GREENLIGHT_STACK", value: "shop" },
          { name: "GREENLIGHT_STORE", value: "backups/greenlight" },
        ],
        envFrom: [{ secretRef: { name: "shop-backup" } }, { secretRef: { name: "shop-store" } }],
        ...restrictedTo,
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          { name: "client", mountPath: "/client", readOnly: true },
        ],
      },
    ]);
    const retention = one(resources, "kubernetes:DumpRetention", "dump-retention").inputs as { pod: V1PodSpec };
    expect(retention).toMatchObject({ keptIn: "store" });
    expect(retention.pod.containers[0]?.envFrom).toEqual([{ secretRef: { name: "shop-store" } }]);
  });

  it("removes dumps after the switch only, by Jobs that reach no database", async () => {
    const database = { ...dumped, keep: 3 };
    const { resources } = await stack({ blue: v1, green: migrating("v2") }, { kubernetes: { database } });
    const { pod, ...inputs } = one(resources, "kubernetes:DumpRetention", "dump-retention").inputs as {
      pod: V1PodSpec;
    };
    expect(inputs).toMatchObject({
      keep: 3,
      deployed: ["v1", "v2"],
      jobs: { list: { name: "shop-dumps-list" }, removal: { name: "shop-dumps-remove" } },
    });
    expect(pod.containers[0]?.envFrom).toEqual([]);
    expect(one(resources, "kubernetes:KeptDumps", "dump-retention").after).toContain(
      "kubernetes:TrafficReadBack traffic-read-back",
    );
    expect(resources.map(({ name }) => name)).not.toContain("snapshot-retention");
  });

  it("migrates with the candidate's image and what its service is given, and by no name that a Service finds", async () => {
    const given = { ...kubernetes, services: { api: { secrets: ["shop-database"] } } };
    const { resources } = await stack({ blue: migrating("v1") }, { kubernetes: given });
    const { pod, jobs, command } = one(resources, "kubernetes:MigrationJob", "blue-migration").inputs as {
      pod: { containers: { image: string; envFrom: unknown; readinessProbe?: unknown }[] };
      jobs: Record<string, { name: string; labels: Record<string, string> }>;
      command: string[];
    };
    expect(command).toEqual(["npx", "migrate"]);
    expect(pod.containers).toHaveLength(1);
    expect(pod.containers[0]).toMatchObject({
      image: `registry.example/api@${digest("v1")}`,
      envFrom: [{ secretRef: { name: "shop-database" } }],
      securityContext: { readOnlyRootFilesystem: true },
    });
    expect(pod.containers[0]?.readinessProbe).toBeUndefined();
    for (const { labels } of Object.values(jobs)) {
      expect(labels).not.toHaveProperty("greenlight/environment");
      expect(labels).not.toHaveProperty("app.kubernetes.io/name");
    }
  });
});

describe("the pods of a service", () => {
  const deployed = async (settings: Record<string, unknown> = {}) => {
    const { resources } = await stack({ blue: v1 }, settings);
    return one(resources, "kubernetes:apps/v1:Deployment", "blue-web").inputs as unknown as V1Deployment;
  };

  it("run an image by its digest, with what they need by reference", async () => {
    const kubernetes = { services: { web: { config: ["web"], secrets: ["web-database"] } } };
    const { spec } = await deployed({ kubernetes });
    const [container] = spec?.template.spec?.containers ?? [];
    expect(container?.image).toBe(`registry.example/web@${digest("v1")}`);
    expect(container?.envFrom).toEqual([{ configMapRef: { name: "web" } }, { secretRef: { name: "web-database" } }]);
  });

  it("are restricted: no root, no privileges, no token, no writing but to /tmp", async () => {
    const pod = (await deployed()).spec?.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod?.containers[0]?.volumeMounts).toEqual([{ name: "tmp", mountPath: "/tmp" }]);
  });

  it("go on answering while their endpoint is taken out, then drain, and are killed after both at the earliest", async () => {
    const pod = (await deployed({ kubernetes: { endpointDelay: "7s" } })).spec?.template.spec;
    expect(pod?.containers[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 7 } } });
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(7 + 30);
  });

  it("have the probes and the room that the settings say", async () => {
    const [container] = (await deployed()).spec?.template.spec?.containers ?? [];
    expect(container?.startupProbe).toMatchObject({
      httpGet: { path: "/ready" },
      failureThreshold: 15,
      periodSeconds: 1,
    });
    expect(container?.readinessProbe).toMatchObject({ httpGet: { path: "/ready" } });
    // A dependency that is down must not restart what could answer without it.
    expect(container?.livenessProbe).toMatchObject({ tcpSocket: { port: "http" } });
    expect(container?.resources).toEqual({ requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "256Mi" } });
  });

  it("are never fewer than asked while they are replaced, and stay when a node is drained", async () => {
    const { spec } = await deployed();
    expect(spec?.strategy).toEqual({ type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
    const { resources } = await stack({ blue: v1 });
    const budget = one(resources, "kubernetes:policy/v1:PodDisruptionBudget", "blue-web-budget")
      .inputs as unknown as V1PodDisruptionBudget;
    expect(budget.spec?.maxUnavailable).toBe(1);
    expect(budget.spec?.selector?.matchLabels).toEqual(spec?.selector.matchLabels);
  });
});
