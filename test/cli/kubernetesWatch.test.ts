import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { watchCommand } from "../../cli/commands/watch.ts";
import { openContext } from "../../cli/context.ts";
import { kubernetesPlatform } from "../../cli/platform/kubernetes.ts";
import { bakeArgs } from "../../components/bakeGate.ts";
import { bakeSourceOf } from "../../components/kubernetes/bakeSource.ts";
import type { Observation } from "../../release/observation.ts";
import { compareSides } from "../../release/strategy/compareSides.ts";
import { judge } from "../../release/verdict.ts";
import { digest, settings } from "../components/kubernetes/shop.ts";
import { ApiServer } from "../provider/kubernetes/apiServer.ts";
import { live, notReady, pod, route } from "../provider/kubernetes/objects.ts";
import { Managed, refusal } from "../provider/managed.ts";
import { PlayedPrometheus } from "../provider/prometheus/playedPrometheus.ts";
import { Project } from "./project.ts";
import { Told } from "./told.ts";

const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const queries = {
  requests: "requests $service $window",
  errors: "errors $service $window",
  p95: "p95 $service $window",
};

describe("a watch on Kubernetes", () => {
  let server: ApiServer;
  let prometheus: PlayedPrometheus;
  let project: Project;
  let told: Told;
  /** What a Service was asked and answered in a minute; seconds for p95. */
  let figures: Record<string, number | undefined>;
  /** End of the last minute that is told. */
  let until: number;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: noon + 20_000 });
    server = await ApiServer.start();
    prometheus = await PlayedPrometheus.start();
    server.previousLogs = false;
    server.put("services", live("green"));
    server.put("pods", pod(0), pod(1));
    figures = { requests: 600, errors: 0, p95: 0.12 };
    until = Number.POSITIVE_INFINITY;
    for (const service of ["shop-api", "shop-api-blue", "shop-api-green"]) {
      for (const name of Object.keys(queries)) {
        prometheus.values.set(`${name} ${service} 60000ms`, (at) => (at > until ? undefined : figures[name]));
      }
    }
    Object.assign(prometheus.alerts, { ShopFails: { state: "inactive" } });
    prometheus.instants.set("pg_up", ["1"]);
    told = new Told();
    project = open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    project.remove();
    await prometheus.stop();
    await server.stop();
  });

  /** A pod that has just been made at each look of the watch. */
  function fresh(at: number) {
    const it = pod(at, notReady);
    return { ...it, metadata: { ...it.metadata, creationTimestamp: new Date(noon + 8 * minute).toISOString() } };
  }

  function open(prometheusSettings: object | null = {}, more: object = {}): Project {
    const asked = { url: prometheus.url, ingress: "own", queries, alerts: ["ShopFails"], database: "pg_up" };
    const all = {
      ...settings,
      live: "green",
      blue: "v1",
      green: "v2",
      services: { api: { port: 8080 } },
      kubernetes: {
        ...settings.kubernetes,
        kubeconfig: server.kubeconfig,
        ...(prometheusSettings === null ? {} : { prometheus: { ...asked, ...prometheusSettings } }),
        ...more,
      },
    };
    const lines = Object.entries(all).map(([key, it]) => `  shop:${key}: ${JSON.stringify(it)}`);
    const opened = new Project({ prod: `config:\n${lines.join("\n")}\n` });
    for (const version of ["v1", "v2"]) {
      const image = `registry.example/api@${digest(version)}`;
      const smoke = ["node", "-e", `process.exit(process.env.EXPECT_VERSION === "${version}" ? 0 : 1)`];
      const manifest = { version, services: { api: { image } }, smoke: { command: smoke } };
      opened.write(`releases/${version}.yaml`, stringify(manifest));
    }
    return opened;
  }
  const reopen = (...args: Parameters<typeof open>) => {
    project.remove();
    project = open(...args);
  };
  const platform = () => kubernetesPlatform(openContext({ project: project.dir, json: true, yes: true }));

  const stopAt = (time: number) => {
    until = time;
  };

  /** Looks at the beginning and after so many minutes, and the verdict by then. */
  async function watched(after: number, environment: "blue" | "green" = "green") {
    const signal = AbortSignal.timeout(40_000);
    const it = await platform().observer({ environment, version: "v2", reporter: told, signal });
    const looks: Observation[] = [await it.look()];
    await it.settle();
    vi.setSystemTime(noon + after * minute);
    looks.push(await it.look());
    const { services } = platform();
    return { looks, observer: it, verdict: judge(looks, platform().thresholds(), Date.now(), services) };
  }

  it("is go after the whole window of figures that are fine, quiet alerts, ready pods, a database and a smoke test", async () => {
    const { verdict, looks } = await watched(8);
    expect(verdict.sentence).toMatch(/^Go after 7 min/);
    expect(looks[1]).toMatchObject({
      services: { api: { periods: { length: 6 } } },
      health: { healthy: 2, of: 2 },
      alarms: [{ name: "ShopFails", state: "ok" }],
      database: { reachable: true },
    });
  });

  it.each([
    ["errors", () => Object.assign(figures, { errors: 30 })],
    ["slowness", () => Object.assign(figures, { p95: 6 })],
    ["an alert that fires", () => Object.assign(prometheus.alerts, { ShopFails: { state: "firing" } })],
  ])("is no-go by %s", async (_, spoil) => {
    spoil();
    expect((await watched(8)).verdict.verdict).toBe("no-go");
  });

  it.each([
    ["no figures came", () => Object.assign(figures, { requests: undefined })],
    ["no percentile came", () => Object.assign(figures, { p95: undefined })],
    ["the figures stopped", () => stopAt(noon + 7 * minute)],
    ["the alert is not there", () => delete prometheus.alerts.ShopFails],
    ["Prometheus answers something else", () => Object.assign(prometheus, { instead: { status: 200, body: "hello" } })],
    ["the database is not told of", () => prometheus.instants.set("pg_up", [])],
    ["the cluster does not say which pods are ready", () => server.refuse(503)],
  ])("is undecided, never go, where %s", async (_, spoil) => {
    spoil();
    expect((await watched(12)).verdict.verdict).toBe("undecided");
  });

  it("is go beside a pod that an autoscaler has added, and that is not ready yet", async () => {
    server.put("pods", pod(0), pod(1), fresh(2));
    const { verdict, looks } = await watched(8);
    expect(looks[1]?.health).toEqual({ healthy: 2, of: 2 });
    expect(verdict.verdict).toBe("go");
  });

  it.each([
    ["a pod was ready and is no longer", [pod(0), pod(1, notReady)], { healthy: 1, of: 2 }],
    ["no pod is ready", [fresh(0), fresh(1)], { healthy: 0, of: 2 }],
  ])("is no-go where %s", async (_, pods, health) => {
    server.put("pods", ...pods);
    const { verdict, looks } = await watched(8);
    expect(looks[0]?.health).toEqual(health);
    expect(verdict.verdict).toBe("no-go");
  });

  it("counts what serves alone, where no Gateway tells the sides apart", async () => {
    const { looks, verdict } = await watched(8, "blue");
    expect(looks[1]?.services.api).toEqual({
      unreadable: expect.stringContaining(
        "Users are not served by blue, and their requests are counted for what serves",
      ),
    });
    expect(verdict.verdict).toBe("undecided");
    expect(platform().count).toBeUndefined();
  });

  it("counts both sides over the very same minutes, where a Gateway shares traffic", async () => {
    const gateway = { gateway: { name: "public" }, services: { api: { hosts: ["shop.example"] } } };
    reopen({}, gateway);
    server.put("httproutes", route(75, 25));
    prometheus.values.set("requests shop-api-green 60000ms", () => 200);
    prometheus.values.set("errors shop-api-green 60000ms", () => 40);
    const count = await platform().count?.(AbortSignal.timeout(40_000));
    vi.setSystemTime(noon + 4 * minute + 20_000);
    const counted = await count?.soFar();
    expect(counted).toMatchObject({
      from: noon + minute,
      to: noon + 4 * minute,
      answered: {
        blue: { api: { requests: 1_800, errors: 0, p95Ms: 120 } },
        green: { api: { requests: 600, errors: 120, p95Ms: 120 } },
      },
    });
    if (counted === undefined) throw new Error("not counted");
    const rule = { minRequests: 100, errorRate: 0.01, p95Factor: 2, p95FloorMs: 500 };
    const { services } = compareSides(counted, { stable: "blue", next: "green" }, ["api"], rule);
    expect(services).toMatchObject([{ service: "api", verdict: "no-go" }]);
  });

  it("counts both sides behind one Service, where queries of the team's own name the side", async () => {
    const sided = Object.fromEntries(
      Object.keys(queries).map((name) => [name, `${name} $service $environment $window`]),
    );
    reopen({ queries: sided });
    for (const [name, value] of Object.entries(figures)) {
      prometheus.values.set(`${name} shop-api blue 60000ms`, () => value);
      prometheus.values.set(`${name} shop-api green 60000ms`, () => value);
    }
    prometheus.values.set("errors shop-api green 60000ms", () => 60);
    const count = await platform().count?.(AbortSignal.timeout(40_000));
    vi.setSystemTime(noon + 4 * minute + 20_000);
    expect(await count?.soFar()).toMatchObject({
      answered: {
        blue: { api: { requests: 1_800, errors: 0, p95Ms: 120 } },
        green: { api: { requests: 1_800, errors: 180, p95Ms: 120 } },
      },
    });
  });

  describe("inside an update", () => {
    const shared = { gateway: { name: "public" }, services: { api: { hosts: ["shop.example"] } } };
    /** Every look takes a minute, while the alert is in this state. */
    let alert: string;

    beforeEach(() => {
      alert = "inactive";
      Object.defineProperty(prometheus.alerts, "ShopFails", {
        enumerable: true,
        get() {
          vi.setSystemTime(Date.now() + minute);
          return { state: alert };
        },
      });
    });

    /** The gate as the stack asks it after its switch, or after a share of a quarter, with a patience of three minutes. */
    function bake(settings: object = {}) {
      const { project: folder, settings: read } = openContext({ project: project.dir, json: true, yes: true });
      const all = { ...read(), bake: 8 * minute, ...settings };
      const args = { ...bakeArgs(all, bakeSourceOf(folder, all)), kind: "switch", watched: false };
      const gate = new Managed("greenlight:index:BakeGate", "bake");
      return { gate, args: { ...args, everyMs: 1, patienceMs: 3 * minute } };
    }
    const share = () => {
      reopen({}, shared);
      server.put("httproutes", route(75, 25));
      return bake({ live: "blue", share: 25 });
    };

    it("passes with the verdict of the whole time, and looks at no logs and no user flows", async () => {
      const { gate, args } = bake();
      const { verdict } = await gate.create(args);
      expect(verdict).toMatch(/^Go after 8 min: error rate 0 %/);
      expect(server.requests.filter((it) => it.includes("log"))).toEqual([]);
    });

    it("compares the side with a share with the other over the same time, and is no-go where that one is better", async () => {
      const { gate, args } = share();
      expect((await gate.create(args)).verdict).toMatch(
        /^Go at 25 %, compared: api: 0 % of the new version's requests/,
      );
      prometheus.values.set("p95 shop-api-green 60000ms", () => 1.4);
      const said = await refusal(bake({ live: "blue", share: 25 }).gate.create(args));
      expect(said).toMatch(/^No-go at 25 %, compared: api: .* its 95th percentile is 1\.40? s, the old one's 120 ms/);
      expect(said).toContain("green v2 at 25 %, api");
      expect(said).toContain("Traffic is where the update put it: blue 75 %, green 25 %.");
      expect(said).toContain("take greenlight:share out and update");
    });

    it("fails at once by errors and alerts, with their values, and says how to go back", async () => {
      figures.errors = 30;
      const { gate, args } = bake();
      const said = await refusal(gate.create(args));
      expect(said).toMatch(/^No-go after \d min: error rate 5 % \(threshold 1 %/);
      expect(said).toContain("Traffic is where the update put it: green serves.");
      expect(said).toContain("set greenlight:live to blue and update");
      expect(gate.id).toBe("");
      Object.assign(figures, { errors: 0 });
      alert = "firing";
      expect(await refusal(gate.create(args))).toContain("ShopFails fires");
    });

    it.each([
      ["no figures came", () => Object.assign(figures, { requests: undefined })],
      ["the figures stopped", () => stopAt(noon + 5 * minute)],
      ["the database is not told of", () => prometheus.instants.set("pg_up", [])],
      ["the cluster does not say which pods are ready", () => server.refuse(503)],
    ])("never passes where %s, also when its patience is over", async (_, spoil) => {
      spoil();
      const { gate, args } = bake();
      const said = await refusal(gate.create(args));
      expect(said).toMatch(/^Undecided after 1[0-9] min/);
      expect(said).toContain("or run the update again: it watches anew");
    });

    it("is watched on where nobody can judge yet when its time is over", async () => {
      const { gate, args } = bake({ bake: minute });
      expect((await gate.create({ ...args, patienceMs: 20 * minute })).verdict).toMatch(/^Go after [5-9] min/);
    });

    it("does not pass where traffic was moved meanwhile, and says where it is", async () => {
      const { gate, args } = share();
      server.put("httproutes", route(100, 0));
      const said = await refusal(gate.create(args));
      expect(said).toContain("traffic is not known to have stayed: its verdict says nothing");
      expect(said).toContain("Traffic is not where the update put it any more: api: blue 100 %, green 0 %.");
    });

    it("ends at once when the update is cancelled", async () => {
      const { gate, args } = bake();
      const ended = refusal(gate.create({ ...args, forMs: 100_000 * minute, everyMs: 60_000 }));
      await gate.provider.cancel();
      expect(await ended).toContain("the update was cancelled");
    });
  });

  it("finds error patterns that only the watched side logs, and reads each line once", async () => {
    const at = (second: number) => new Date(noon + second * 1_000).toISOString();
    server.put("pods", pod(0), pod(0, {}, { environment: "blue" }));
    const both = `${at(1)} ERROR cache 17 is cold`;
    Object.assign(server.logs, { "green-0": `${both}\n${at(2)} ERROR order 5 has no total\n`, "blue-0": `${both}\n` });
    const { observer: it, looks } = await watched(8);
    expect(it.newPatterns).toMatchObject([{ count: 1, sample: "ERROR order 5 has no total" }]);
    expect(looks[1]?.newErrorPatterns).toBe(1);
  });

  it("lets no release begin beside what nobody counts, an alert that fires, or a database that is down", async () => {
    const troubles = () => platform().troubles("green", AbortSignal.timeout(40_000));
    expect(await troubles()).toEqual([]);
    prometheus.alerts.ShopFails = { state: "firing" };
    prometheus.instants.set("pg_up", ["0"]);
    figures.requests = undefined;
    expect(await troubles()).toEqual([
      "the alert ShopFails fires",
      "the database does not answer (1 of 1 say so in Prometheus)",
      "Prometheus tells nothing of the requests to api in 3 min, so nobody could judge a release",
    ]);
  });

  it("by the command ends with exit code 5 while there is nothing to judge by, 3 for an alert, and 2 where nobody counts", async () => {
    vi.useRealTimers();
    const options = () => ({ project: project.dir, json: true, yes: true, forMs: 1 });
    const command = () => watchCommand(options(), told, new AbortController().signal);
    expect(await command()).toMatchObject({ exitCode: 5, json: { ok: false, environment: "green", version: "v2" } });
    prometheus.alerts.ShopFails = { state: "firing" };
    expect(await command()).toMatchObject({ exitCode: 3, text: expect.stringContaining("ShopFails fires") });
    reopen(null);
    await expect(command()).rejects.toMatchObject({
      message: expect.stringContaining("`greenlight watch` needs somebody who counts what users are answered"),
      exitCode: 2,
    });
  });
});
