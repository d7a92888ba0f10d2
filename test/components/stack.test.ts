import { beforeAll, describe, expect, it } from "vitest";
import { deployLocal } from "../../components/local/platform.ts";
import { readSettings } from "../../config.ts";
import type { ProjectManifest } from "../../project/readManifest.ts";
import { type Manifest, manifestSchema } from "../../release/manifest.ts";
import { type Recorded, record } from "./recorded.ts";

// What these tests do not prove: that our provider takes these inputs and does as asked (test/provider), and that the engine
// keeps the order (test/engine).

function manifest(version: string, database: Manifest["database"] = { tool: "none" }): ProjectManifest {
  const directory = "/project/service";
  return {
    manifest: {
      ...manifestSchema.parse({
        version,
        services: {
          api: { directory, command: ["node", "api.js", "{port}"], env: { LOG_LEVEL: "info" } },
          web: { directory, command: ["node", "web.js"] },
        },
        smoke: { directory, command: ["npm", "test"], env: { BASKETS: "2" } },
      }),
      database,
    },
    digest: version.padEnd(64, "0"),
    file: `releases/${version}.yaml`,
  };
}

const migrations: Manifest["database"] = { tool: "sql", directory: new URL("migrations", import.meta.url).pathname };

async function stack(config: Record<string, unknown>, manifests: { blue?: ProjectManifest; green?: ProjectManifest }) {
  const all: Record<string, unknown> = {
    live: "blue",
    services: { api: { port: 8080 }, web: { port: 8081, instances: 1, drain: "3s", health: { path: "/ready" } } },
    ...config,
  };
  for (const name of ["blue", "green"] as const) if (manifests[name]) all[name] = manifests[name].manifest.version;
  const settings = readSettings(
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [
        `greenlight:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  return record(() =>
    deployLocal({ stack: "test", project: "/project", settings, manifests, checklist: { level: "none" } }),
  );
}

function tree(resources: readonly Recorded[]): string[] {
  return resources.map((it) => `${it.parent === "" ? "" : `${it.parent} > `}${it.type} ${it.name}`).sort();
}

function one(resources: readonly Recorded[], type: string, name: string): Recorded {
  const found = resources.filter((it) => it.type === type && it.name === name);
  expect(found, `${type} ${name}`).toHaveLength(1);
  return found[0] as Recorded;
}

const dir = "/project/.greenlight/test";
const place = { dir, listen: "127.0.0.1", adminPort: 21_000 };

describe("the smallest stack: one version, no database", () => {
  let resources: Recorded[];
  let outputs: Record<string, unknown>;
  beforeAll(async () => {
    const made = await stack({}, { blue: manifest("v1") });
    resources = made.resources;
    outputs = made.result as Record<string, unknown>;
  });

  it("asks for exactly these, below these", () => {
    expect(tree(resources)).toEqual(
      [
        "index:Release release",
        "local:Host host",
        "local:Proxy proxy",
        "local:Environment blue",
        "local:Environment blue > local:ServiceInstance blue-api-1",
        "local:Environment blue > local:ServiceInstance blue-api-2",
        "local:Environment blue > local:ServiceInstance blue-web-1",
        "local:Environment blue > index:HealthGate blue-health",
        "local:Environment blue > index:SmokeGate blue-smoke",
        "local:TrafficSwitch traffic",
        "local:TrafficSwitch traffic > local:Traffic traffic",
        "local:ReleaseAlarms alarms",
        "local:ReleaseAlarms alarms > local:Alarms alarms",
      ].sort(),
    );
  });

  it("has nothing of a database, of the other environment or of a bake", () => {
    const unwanted = /Postgres|Password|Snapshot|Migration|Bake|green/;
    expect(resources.filter((it) => unwanted.test(`${it.type} ${it.name}`))).toEqual([]);
    for (const it of resources.filter(({ type }) => type === "local:ServiceInstance")) {
      expect(it.inputs.secretEnv).toEqual({});
    }
    expect(outputs).not.toHaveProperty("databaseUrl");
  });

  it("keeps no folder for snapshots that it never takes", () => {
    expect(one(resources, "local:Host", "host").inputs.keepSnapshots).toBe(false);
  });

  it("states the release as plain facts", () => {
    const release = one(resources, "index:Release", "release");
    expect(release.inputs).toEqual({
      live: "blue",
      environments: { blue: { version: "v1", manifestDigest: "v1".padEnd(64, "0") } },
      services: ["api", "web"],
      dir,
      listen: "127.0.0.1",
      checklist: { level: "none" },
    });
    expect(release.after).toEqual([]);
    expect(release.secret).toEqual([]);
  });

  it("starts each instance on a port of its own, with the manifest's command and both sides' way to each other", () => {
    const api = one(resources, "local:ServiceInstance", "blue-api-2");
    expect(api.inputs).toEqual({
      dir,
      service: "api",
      environment: "blue",
      version: "v1",
      command: ["node", "api.js", "{port}"],
      directory: "/project/service",
      env: { API_URL: "http://127.0.0.1:21002", WEB_URL: "http://127.0.0.1:21008", LOG_LEVEL: "info" },
      secretEnv: {},
      listen: "127.0.0.1",
      port: 21_005,
      drainMs: 10_000,
      startMs: 15_000,
    });
    expect(one(resources, "local:ServiceInstance", "blue-web-1").inputs).toMatchObject({
      port: 21_010,
      drainMs: 3_000,
    });
  });

  it("asks every instance at its own address in the health gate, each service its own question", () => {
    const health = one(resources, "index:HealthGate", "blue-health");
    expect(health.inputs).toEqual({
      environment: "blue",
      version: "v1",
      targets: [
        { service: "api", address: "http://127.0.0.1:21004", question: { path: "/health", status: 200 } },
        { service: "api", address: "http://127.0.0.1:21005", question: { path: "/health", status: 200 } },
        { service: "web", address: "http://127.0.0.1:21010", question: { path: "/ready", status: 200 } },
      ],
      successes: 3,
      intervalMs: 500,
      deadlineMs: 60_000,
      incarnations: ["blue-api-1-1", "blue-api-2-1", "blue-web-1-1"],
    });
  });

  it("runs the team's smoke test against the environment's own address, after the health gate", () => {
    const smoke = one(resources, "index:SmokeGate", "blue-smoke");
    expect(smoke.inputs).toEqual({
      environment: "blue",
      version: "v1",
      command: ["npm", "test"],
      directory: "/project/service",
      env: {
        API_URL: "http://127.0.0.1:21002",
        WEB_URL: "http://127.0.0.1:21008",
        EXPECT_VERSION: "v1",
        EXPECT_ENVIRONMENT: "blue",
        BASKETS: "2",
      },
      secretEnv: {},
      timeoutMs: 60_000,
      logFile: `${dir}/logs/blue-smoke.log`,
      incarnations: ["blue-api-1-1", "blue-api-2-1", "blue-web-1-1"],
    });
    expect(smoke.after).toContain("index:HealthGate blue-health");
  });

  it("gives all traffic to the live environment, with the proofs of its gates", () => {
    expect(one(resources, "local:Traffic", "traffic").inputs).toEqual({
      ...place,
      services: ["api", "web"],
      weights: { blue: 100, green: 0 },
      versions: { blue: "v1" },
      proofs: [
        { gate: "health", environment: "blue" },
        { gate: "smoke", environment: "blue" },
      ],
      requires: ["health", "smoke"],
    });
    expect(outputs).toMatchObject({ live: "blue", serving: { blue: 100, green: 0 }, folder: dir });
  });

  it("arms the alarms for every service", () => {
    expect(one(resources, "local:Alarms", "alarms").inputs).toMatchObject({
      dir,
      services: ["api", "web"],
      thresholds: { errorRate: { max: 0.01, for: 300_000 }, p95: { maxMs: 5_000, for: 60_000 } },
    });
  });
});

describe("two environments and a database", () => {
  let resources: Recorded[];
  beforeAll(async () => {
    const made = await stack(
      { database: { name: "shop", user: "seller" }, backup: { drill: false, keep: 3 }, bake: "5s" },
      { blue: manifest("v1", migrations), green: manifest("v2", migrations) },
    );
    resources = made.resources;
  });

  it("adds the database, and a snapshot and a migration for each version, below components of their own", () => {
    expect(tree(resources).filter((line) => /Database|Snapshot|Password|Migration|Bake/.test(line))).toEqual(
      [
        "local:Database database",
        "local:Database database > random:RandomPassword database-password",
        "local:Database database > local:PostgresServer database",
        "local:BackupSnapshot blue-snapshot",
        "local:BackupSnapshot blue-snapshot > index:BackupSnapshot blue-snapshot",
        "local:DatabaseMigration blue-migration",
        "local:DatabaseMigration blue-migration > index:DatabaseMigration blue-migration",
        "local:BackupSnapshot green-snapshot",
        "local:BackupSnapshot green-snapshot > index:BackupSnapshot green-snapshot",
        "local:DatabaseMigration green-migration",
        "local:DatabaseMigration green-migration > index:DatabaseMigration green-migration",
        "index:BakeGate bake",
      ].sort(),
    );
  });

  it("tells the proxy how testers and users who stay reach a side, where the settings say so", async () => {
    const proxyOf = async (change: Record<string, unknown>) =>
      one((await stack(change, { blue: manifest("v1") })).resources, "local:Proxy", "proxy").inputs;
    const [none, both] = [
      await proxyOf({}),
      await proxyOf({
        testers: { header: "X-Environment" },
        strategy: { kind: "canary", canary: { sticky: "1h" } },
      }),
    ];
    expect(both).toEqual({ ...none, testers: { header: "x-environment" }, stickySeconds: 3_600 });
    expect(Object.keys(none)).not.toContain("testers");
  });

  it("asks for everything in the order of a release, the live side before the candidate", () => {
    const order = resources.filter((it) => it.custom).map((it) => it.name);
    const steps = ["release", "host", "database", "blue-snapshot", "blue-migration", "blue-api-1", "blue-health"];
    const then = ["blue-smoke", "green-snapshot", "green-migration", "green-api-1", "green-health", "green-smoke"];
    const places = [...steps, ...then, "traffic", "alarms", "bake"].map((name) => order.indexOf(name));
    expect(places.every((it) => it >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("makes each step wait for the one before it, by dependency", () => {
    const waitsFor = (type: string, name: string) => one(resources, type, name).after;
    expect(waitsFor("local:Host", "host")).toEqual(["index:Release release"]);
    expect(waitsFor("local:Proxy", "proxy")).toEqual(["index:Release release", "local:Host host"]);
    expect(waitsFor("local:Database", "database")).toEqual(["index:Release release", "local:Host host"]);
    expect(waitsFor("local:BackupSnapshot", "blue-snapshot")).toContain("local:PostgresServer database");
    expect(waitsFor("local:DatabaseMigration", "blue-migration")).toContain("index:BackupSnapshot blue-snapshot");
    expect(waitsFor("local:Environment", "blue")).toEqual(
      expect.arrayContaining(["index:DatabaseMigration blue-migration", "local:Proxy proxy", "index:Release release"]),
    );
    expect(waitsFor("local:BackupSnapshot", "green-snapshot")).toContain("index:SmokeGate blue-smoke");
    expect(waitsFor("local:DatabaseMigration", "green-migration")).toContain("index:BackupSnapshot green-snapshot");
    expect(waitsFor("local:TrafficSwitch", "traffic")).toEqual(
      expect.arrayContaining(["index:SmokeGate blue-smoke", "index:SmokeGate green-smoke", "local:Proxy proxy"]),
    );
    expect(waitsFor("local:ReleaseAlarms", "alarms")).toContain("local:Traffic traffic");
    expect(waitsFor("index:BakeGate", "bake")).toContain("local:Alarms alarms");
  });

  it("makes everything wait for the release, itself or through the component around it", () => {
    for (const it of resources.filter(({ name }) => name !== "release")) {
      let at: Recorded | undefined = it;
      while (at !== undefined && !at.after.includes("index:Release release")) {
        const parent: string = at.parent;
        at = resources.find((other) => `${other.type} ${other.name}` === parent);
      }
      expect(at, `${it.type} ${it.name}`).toBeDefined();
    }
  });

  it("keeps the password and every address with it a secret, all the way", () => {
    expect(one(resources, "local:PostgresServer", "database").secret).toEqual(["password"]);
    for (const name of ["blue", "green"]) {
      expect(one(resources, "index:BackupSnapshot", `${name}-snapshot`).secret).toEqual(["databaseUrl"]);
      expect(one(resources, "index:DatabaseMigration", `${name}-migration`).secret).toEqual(["databaseUrl"]);
      const instance = one(resources, "local:ServiceInstance", `${name}-api-1`);
      expect(instance.secret).toEqual(["secretEnv"]);
      expect(instance.inputs.secretEnv).toEqual({ DATABASE_URL: expect.stringContaining("the-password") });
    }
    for (const it of resources) {
      const open = Object.entries(it.inputs).filter(([key]) => !it.secret.includes(key));
      expect(JSON.stringify(open), `${it.type} ${it.name}`).not.toContain("the-password");
    }
  });

  it("snapshots as the settings say, before the version's own migration", () => {
    expect(one(resources, "index:BackupSnapshot", "green-snapshot").inputs).toMatchObject({
      version: "v2",
      directory: `${dir}/snapshots`,
      drill: false,
      keep: 3,
      keepOnDestroy: true,
    });
    expect(one(resources, "index:DatabaseMigration", "green-migration").inputs).toMatchObject({
      version: "v2",
      plan: migrations,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      project: "/project",
    });
  });

  it("gives the idle environment no traffic and ports of its own", () => {
    expect(one(resources, "local:Traffic", "traffic").inputs.weights).toEqual({ blue: 100, green: 0 });
    const ports = resources.filter((it) => it.type === "local:ServiceInstance").map((it) => it.inputs.port);
    expect(new Set(ports).size).toBe(6);
  });
});

describe("a database that a version does not touch", () => {
  it("is not snapshot or migrated for it", async () => {
    const { resources } = await stack({ database: {} }, { blue: manifest("v1") });
    expect(resources.some((it) => it.type === "local:PostgresServer")).toBe(true);
    expect(resources.filter((it) => /Snapshot|Migration/.test(it.type))).toEqual([]);
  });
});

describe("the live environment", () => {
  it("is the one that the settings name, whichever it is", async () => {
    const { resources } = await stack({ live: "green" }, { blue: manifest("v1"), green: manifest("v2") });
    expect(one(resources, "local:Traffic", "traffic").inputs).toMatchObject({
      weights: { blue: 0, green: 100 },
      versions: { blue: "v1", green: "v2" },
    });
    expect(one(resources, "local:Environment", "blue").after).toContain("index:SmokeGate green-smoke");
  });

  it("differs between two runs by nothing but what was changed: the switch is the release and the weights", async () => {
    const manifests = { blue: manifest("v1"), green: manifest("v2") };
    const [before, after] = [await stack({}, manifests), await stack({ live: "green" }, manifests)];
    const text = (all: readonly Recorded[]) =>
      new Map(all.map((it) => [`${it.type} ${it.name}`, JSON.stringify(it.inputs)]));
    const [was, is] = [text(before.resources), text(after.resources)];
    expect([...is.keys()].sort()).toEqual([...was.keys()].sort());
    expect([...is].filter(([key, inputs]) => was.get(key) !== inputs).map(([key]) => key)).toEqual([
      "index:Release release",
      "local:Traffic traffic",
    ]);
  });
});

describe("a stack that releases rolling", () => {
  const manifests = { blue: manifest("v1"), green: manifest("v2") };
  const rolling = async (change: Record<string, unknown>) => {
    const services = { api: { port: 8080, instances: 4 }, web: { port: 8081, instances: 1 } };
    const strategy = { kind: "rolling" };
    return (await stack({ services, strategy, ...change }, manifests)).resources;
  };
  const instances = (resources: readonly Recorded[]) =>
    resources.flatMap(({ type, name }) => (type === "local:ServiceInstance" ? [name] : []));

  it("runs what each side's share of the traffic takes, and one instance of the side without any", async () => {
    expect(instances(await rolling({})).sort()).toEqual(
      ["blue-api-1", "blue-api-2", "blue-api-3", "blue-api-4", "blue-web-1", "green-api-1", "green-web-1"].sort(),
    );
    expect(instances(await rolling({ share: "75" })).sort()).toEqual(
      ["blue-api-1", "blue-web-1", "green-api-1", "green-api-2", "green-api-3", "green-web-1"].sort(),
    );
  });

  it("tells the proxy of those, each at the port that it always has", async () => {
    const facts = async (change: Record<string, unknown>) =>
      one(await rolling(change), "local:Proxy", "proxy").inputs.services as { instances: object }[];
    const [few, more] = [await facts({ share: "25" }), await facts({ share: "25", room: "50" })];
    expect(few[0]).toMatchObject({ instances: { blue: [21_004, 21_005, 21_006], green: [21_008] } });
    expect(more[0]).toMatchObject({ instances: { blue: [21_004, 21_005, 21_006], green: [21_008, 21_009] } });
  });

  it("states what runs, for the rules of the release", async () => {
    const { inputs } = one(await rolling({ share: "25", room: "50" }), "index:Release", "release");
    expect(inputs.rolling).toEqual({
      api: { wanted: 4, surge: 1, blue: 3, green: 2 },
      web: { wanted: 1, surge: 1, blue: 1, green: 1 },
    });
  });

  it("is not told of room by a strategy whose sides are both at full size", async () => {
    await expect(stack({ room: "50" }, manifests)).rejects.toThrow(
      "greenlight:room is 50, and means something with strategy.kind rolling alone; it is blue-green",
    );
  });
});
