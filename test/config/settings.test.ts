import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings, settingsShape, thresholdsOf } from "../../config.ts";
import { settingsPage } from "../../docs/generate-settings.ts";
import { Problem } from "../../release/problem.ts";
import { defaultThresholds } from "../../release/thresholds.ts";

/** The fewest settings a stack can have, as the engine hands them over. */
const least = { live: "blue", services: { api: { port: 8080 } } };

function read(settings: Record<string, unknown>, namespace = "greenlight") {
  return readSettings(
    Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [
        `${namespace}:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    namespace,
  );
}

/** The lines that name what is wrong. */
function faults(settings: Record<string, unknown>): string[] {
  try {
    read({ ...least, ...settings });
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return (error as Problem).happened
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe("the settings of a stack", () => {
  it("have a default for everything but what serves and which services there are", () => {
    expect(read(least)).toEqual({
      platform: "local",
      live: "blue",
      releases: "releases",
      folder: ".greenlight",
      listen: "127.0.0.1",
      services: {
        api: { port: 8080, instances: 2, health: { path: "/health", status: 200 }, drain: 10_000, start: 15_000 },
      },
      ports: 21_000,
      checklist: { level: "mandatory", leastWatch: 300_000 },
      gates: { successes: 3, interval: 500, deadline: 60_000 },
      backup: { drill: true, keep: 10, keepOnDestroy: true },
      thresholds: { errorRate: 0.01, errorFor: 300_000, p95: 5_000, p95For: 60_000, minRequests: 100 },
      watch: { for: 3_600_000, every: 10_000, smokeEvery: 300_000 },
      bake: 0,
      share: 0,
      strategy: {
        kind: "blue-green",
        canary: { stages: [5, 25, 50, 100], bake: 300_000, minRequests: 100, sticky: 0 },
        rolling: { stages: [10, 50, 100], bake: 300_000, minRequests: 100, surge: "25%" },
        patience: 900_000,
      },
    });
  });

  it("have a header for testers where one is named, however it is written", () => {
    expect(read(least).testers).toBeUndefined();
    expect(read({ ...least, testers: { header: "X-Environment" } }).testers).toEqual({ header: "x-environment" });
    expect(read({ ...least, testers: { header: "x".repeat(64) } }).testers?.header).toHaveLength(64);
  });

  it("have no database unless one is asked for, and then its defaults", () => {
    expect(read(least).database).toBeUndefined();
    expect(read({ ...least, database: {} }).database).toEqual({ name: "app", user: "app" });
  });

  it("judge a release by the seed's rule unless told otherwise", () => {
    expect(thresholdsOf(read({ ...least, database: {} }))).toEqual(defaultThresholds);
    const without = { ...defaultThresholds, database: { ...defaultThresholds.database, required: false } };
    expect(thresholdsOf(read(least))).toEqual(without);
    const own = thresholdsOf(
      read({ ...least, thresholds: { errorRate: 0.02, errorFor: "5s", p95: "2s", minRequests: 10 } }),
    );
    expect(own).toMatchObject({
      errorRate: { max: 0.02, for: 5_000 },
      p95: { maxMs: 2_000, for: 60_000 },
      minRequests: 10,
    });
  });

  it("are read under the project's own name, and what others put beside them is left alone", () => {
    expect(read(least, "shop").live).toBe("blue");
    expect(
      readSettings({ "greenlight:live": "green", "greenlight:services": '{"a":{"port":8080}}', "aws:region": "x" })
        .live,
    ).toBe("green");
    expect(() => read(least, "shop")).not.toThrow();
    expect(() => readSettings({ "shop:live": "blue" }, "greenlight")).toThrow("greenlight:live is missing");
  });

  it("of the rehearsal's stack file are right", () => {
    const { config } = parse(readFileSync(new URL("../../Pulumi.rehearsal.yaml", import.meta.url), "utf8"));
    const stripped = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("greenlight:", ""), value]),
    );
    expect(read(stripped).services).toHaveProperty("web");
  });
});

describe("a wrong setting is named with what was found and what was expected", () => {
  const whole = (from: number, to: number) => `a whole number from ${from} to ${to}`;
  const duration = "a whole number with its unit: 250ms, 90s, 5m or 1h";
  const wrong: [key: string, settings: Record<string, unknown>, found: string, expected: string][] = [
    ["platform", { platform: "moon" }, '"moon"', "local"],
    ["live", { live: "purple" }, '"purple"', "blue or green"],
    ["live", { live: "" }, '""', "blue or green"],
    ["blue", { blue: "../v1" }, '"../v1"', "a version such as v1.2.3"],
    ["green", { green: "v".repeat(64) }, `"${"v".repeat(59)}…"`, "a version such as v1.2.3"],
    ["releases", { releases: "../other" }, '"../other"', "a folder inside the project"],
    ["releases", { releases: "/etc" }, '"/etc"', "a folder inside the project"],
    ["folder", { folder: "a/../../b" }, '"a/../../b"', "a folder inside the project"],
    ["folder", { folder: " " }, '" "', "a folder inside the project"],
    ["listen", { listen: "localhost" }, '"localhost"', "an IPv4 address of this machine"],
    ["listen", { listen: "127.0.0.256" }, '"127.0.0.256"', "an IPv4 address of this machine"],
    ["ports", { ports: "80" }, "80", whole(1024, 65535)],
    ["ports", { ports: "many" }, '"many"', whole(1024, 65535)],
    ["ports", { ports: "1e4" }, '"1e4"', whole(1024, 65535)],
    ["share", { share: "100" }, "100", whole(0, 99)],
    ["share", { share: "2.5" }, '"2.5"', whole(0, 99)],
    ["strategy.kind", { strategy: { kind: "recreate" } }, '"recreate"', "blue-green, rolling or canary"],
    [
      "strategy.canary.stages",
      { strategy: { canary: { stages: [10, 50] } } },
      "a list of 2",
      "rising percentages that end with 100",
    ],
    ["bake", { bake: "soon" }, '"soon"', duration],
    ["bake", { bake: "31d" }, '"31d"', duration],
    ["services", { services: {} }, "an empty group", "at least one service"],
    ["services", { services: "api" }, '"api"', "a group of keys"],
    ["services", { services: [] }, '"[]"', "a group of keys"],
    ["services.Api", { services: { Api: { port: 8080 } } }, "no name for a service", "a name such as api"],
    ["services.api", { services: { api: 8080 } }, "8080", "a group of keys, such as { port: 8080 }"],
    ["services.api.port", { services: { api: {} } }, "missing", whole(1024, 65535)],
    ["services.api.port", { services: { api: { port: 80 } } }, "80", whole(1024, 65535)],
    ["services.api.port", { services: { api: { port: "8080" } } }, '"8080"', whole(1024, 65535)],
    ["services.api.instances", { services: { api: { port: 8080, instances: 0 } } }, "0", whole(1, 20)],
    ["services.api.instances", { services: { api: { port: 8080, instances: 1.5 } } }, "1.5", whole(1, 20)],
    ["services.api.drain", { services: { api: { port: 8080, drain: 10 } } }, "10", duration],
    ["services.api.start", { services: { api: { port: 8080, start: "0s" } } }, '"0s"', duration],
    [
      "services.api.health.path",
      { services: { api: { port: 8080, health: { path: "health" } } } },
      '"health"',
      "a path on the service",
    ],
    [
      "services.api.health.status",
      { services: { api: { port: 8080, health: { status: 99 } } } },
      "99",
      whole(100, 599),
    ],
    [
      "services.api.health.body",
      { services: { api: { port: 8080, health: { body: "" } } } },
      '""',
      "text of at most 1000 characters",
    ],
    [
      "services.api.health.json.equals",
      { services: { api: { port: 8080, health: { json: { path: "a" } } } } },
      "missing",
      "text of at most",
    ],
    [
      "services.api.health.json.path",
      { services: { api: { port: 8080, health: { json: { path: "a..b", equals: 1 } } } } },
      '"a..b"',
      "a dotted path",
    ],
    ["database", { database: "yes" }, '"yes"', "a group of keys"],
    ["database.name", { database: { name: "postgres" } }, '"postgres"', "not one of PostgreSQL's own"],
    ["database.name", { database: { name: "my-shop" } }, '"my-shop"', "a name of a-z, 0-9 and _"],
    ["database.user", { database: { user: "pg_monitor" } }, '"pg_monitor"', "not starting with pg_"],
    ["database.port", { database: { port: 70000 } }, "70000", whole(1024, 65535)],
    ["gates.successes", { gates: { successes: 0 } }, "0", whole(1, 100)],
    ["gates.interval", { gates: { interval: "0ms" } }, '"0ms"', duration],
    ["gates.deadline", { gates: { deadline: "never" } }, '"never"', duration],
    ["backup.drill", { backup: { drill: "yes" } }, '"yes"', "true or false"],
    ["backup.keep", { backup: { keep: 0 } }, "0", whole(1, 1000)],
    ["backup.keepOnDestroy", { backup: { keepOnDestroy: 1 } }, "1", "true or false"],
    ["thresholds.errorRate", { thresholds: { errorRate: 5 } }, "5", "a fraction from 0 to 1"],
    ["thresholds.errorFor", { thresholds: { errorFor: "0s" } }, '"0s"', duration],
    ["thresholds.p95", { thresholds: { p95: "0s" } }, '"0s"', duration],
    ["thresholds.p95For", { thresholds: { p95For: "1w" } }, '"1w"', duration],
    ["thresholds.minRequests", { thresholds: { minRequests: 0 } }, "0", whole(1, 1_000_000)],
    ["watch.for", { watch: { for: "0s" } }, '"0s"', duration],
    ["checklist.leastWatch", { checklist: { leastWatch: "0s" } }, '"0s"', duration],
    ["checklist.leastWatch", { checklist: { leastWatch: 300 } }, "300", duration],
    ["watch.every", { watch: { every: "1" } }, '"1"', duration],
    ["watch.smokeEvery", { watch: { smokeEvery: null } }, "missing", duration],
  ];
  it.each(wrong)("%s of %j", (key, settings, found, expected) => {
    const [fault, ...others] = faults(settings);
    expect(others).toEqual([]);
    expect(fault).toMatch(new RegExp(`^greenlight:${key.replaceAll(".", "\\.")} is `));
    expect(fault).toContain(` is ${found}; expected `);
    expect(fault).toContain(expected);
  });

  it("a share of which nobody could get anything", () => {
    expect(faults({ share: "10" })).toEqual([
      "greenlight:share is 10, but greenlight:green has no version that could get it",
    ]);
    expect(faults({ share: "10", green: "v2" })).toEqual([]);
  });

  it("users who stay with a version where none is shared, or for half a second", () => {
    expect(faults({ strategy: { kind: "canary", canary: { sticky: "1h" } } })).toEqual([]);
    expect(faults({ strategy: { canary: { sticky: "1h" } } })).toEqual([
      "greenlight:strategy.canary.sticky means something with strategy.kind canary alone; it is blue-green: make it canary, or leave sticky out",
    ]);
    expect(faults({ strategy: { kind: "canary", canary: { sticky: "500ms" } } })).toEqual([
      "greenlight:strategy.canary.sticky is 500 ms; on local expected whole seconds, at most 168h",
    ]);
  });

  it.each([
    ...["host", "Cookie", "connection", "Transfer-Encoding", "x-forwarded-for", "x-envoy-retry-on", "x-request-id"],
    ...["", "two words", "x:y", "ünicode", "x".repeat(65), 7],
  ])("the header %j for testers", (header) => {
    expect(faults({ testers: { header } })).toEqual([
      expect.stringMatching(
        /^greenlight:testers\.header is .*; expected the name of a header of yours such as x-environment/,
      ),
    ]);
  });

  it("every one of them, in one go", () => {
    const all = faults({ live: "purple", bake: "soon", gates: { successes: 0, deadline: "x" }, ports: "1" });
    expect(all.map((fault) => fault.split(" ")[0])).toEqual([
      "greenlight:live",
      "greenlight:ports",
      "greenlight:gates.successes",
      "greenlight:gates.deadline",
      "greenlight:bake",
    ]);
  });

  it("an unknown key with the one that was probably meant", () => {
    expect(faults({ lives: "blue" })).toEqual(["greenlight:lives is no setting; did you mean greenlight:live?"]);
    expect(faults({ gates: { sucesses: 3 } })).toEqual([
      "greenlight:gates.sucesses is no setting; did you mean successes?",
    ]);
    expect(faults({ services: { api: { port: 8080, health: { pth: "/" } } } })).toEqual([
      "greenlight:services.api.health.pth is no setting; did you mean path?",
    ]);
    expect(faults({ backup: { retention: 3 } })).toEqual([
      "greenlight:backup.retention is no setting; known: drill, keep, keepOnDestroy",
    ]);
    expect(faults({ quux: "1" })).toEqual(["greenlight:quux is no setting"]);
  });

  it("never shows the value of a key that it does not know: it may be a secret", () => {
    expect(faults({ databasePassword: "hunter2" }).join()).not.toContain("hunter2");
  });

  it("a port that is given twice, by both who have it", () => {
    expect(faults({ services: { api: { port: 8080 }, web: { port: 8080 } } })).toEqual([
      "greenlight:services.web.port is 8080, which greenlight:services.api.port has already",
    ]);
    expect(faults({ database: { port: 8080 } })).toEqual([
      "greenlight:database.port is 8080, which greenlight:services.api.port has already",
    ]);
  });

  it("is told with where, what is untouched and what to do", () => {
    try {
      read({ live: "purple" });
      expect.unreachable();
    } catch (error) {
      expect((error as Problem).message).toContain("Where: Pulumi.<stack>.yaml\nNothing was changed.\nNext: ");
      expect((error as Problem).exitCode).toBe(2);
    }
  });

  it("at most twenty at once, and nothing of any size", () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`zz${index}zzzzzz`, "x"]));
    expect(faults(many)).toHaveLength(21);
    expect(faults({ services: `{"a":"${"x".repeat(70_000)}"}` })).toEqual([
      "greenlight:services is longer than 64 KiB",
    ]);
  });

  it("whatever it is, in a Problem and nothing else", () => {
    const key = fc.oneof(
      fc.constantFrom(...Object.keys(settingsShape.shape)),
      fc.string(),
      fc.constantFrom("__proto__", "constructor", "toString"),
    );
    const value = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom("blue", "8080", '{"api":{"port":8080}}', '{"__proto__":{"port":1}}'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 8 }), (pairs) => {
        const config = Object.fromEntries(pairs.map(([name, text]) => [`greenlight:${name}`, text]));
        try {
          expect(readSettings(config).live).toMatch(/^(blue|green)$/);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          expect(error.message).toMatch(/^The stack's settings are wrong:\n {2}greenlight:/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("docs/settings.md", () => {
  it("is what config.ts says; `node --import tsx docs/generate-settings.ts` writes it", () => {
    expect(readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8")).toBe(settingsPage());
  });

  it("says of what each group of names is one, and shows no default as code would", () => {
    const page = settingsPage();
    for (const named of ["services.<service>", "calendar.teams.<team>", "announcements.channels.<channel>"]) {
      expect(page).toContain(`\`${named}.`);
    }
    expect(page).not.toMatch(/calendar\.teams\.<service>|\[object|\| `` \|/);
  });

  it("describes every key", () => {
    const rows = settingsPage()
      .split("\n")
      .filter((line) => line.startsWith("| "));
    expect(rows.length).toBeGreaterThan(40);
    for (const row of rows.slice(2)) {
      const [, key = "", expected = "", fallback = "", meaning = ""] = row.split("|").map((cell) => cell.trim());
      expect(
        [expected, fallback, meaning].every((cell) => cell.length > 1),
        key,
      ).toBe(true);
    }
  });
});
