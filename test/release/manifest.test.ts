import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { exitCodes } from "../../release/exitCodes.ts";
import { locateManifest, ManifestProblem, manifestDigest, parseManifest } from "../../release/manifest.ts";

const good = `version: v1.1.0
commit: 1234567890123456789012345678901234567890
features:
  - Orders may carry a gift note
services:
  api:
    directory: ../api
    command: [node, server.js]
    env:
      LOG_LEVEL: info
      PORT_OFFSET: 010
  web:
    image: example.org/shop/web@sha256:${"a".repeat(64)}
database:
  tool: prisma
  directory: ../prisma
  rollback: ../prisma/down.sql
smoke:
  command: [npm, run, "test:smoke"]
  timeout: 90s
`;

function faultsOf(text: string): ManifestProblem {
  try {
    parseManifest(text, "releases/v1.yaml");
  } catch (error) {
    if (error instanceof ManifestProblem) return error;
    throw error;
  }
  throw new Error("the manifest was taken");
}

describe("a manifest that is right", () => {
  it("is read with its defaults filled in", () => {
    const manifest = parseManifest(good, "releases/v1.1.0.yaml");
    expect(manifest.version).toBe("v1.1.0");
    expect(manifest.services.web).toEqual({
      directory: ".",
      image: `example.org/shop/web@sha256:${"a".repeat(64)}`,
      env: {},
    });
    expect(manifest.smoke).toEqual({ directory: ".", command: ["npm", "run", "test:smoke"], timeout: 90_000, env: {} });
  });

  it("needs no more than a version, a service and a smoke test; then there is no database", () => {
    const manifest = parseManifest(
      "version: v1\nservices: {a: {command: [serve]}}\nsmoke: {command: [probe]}\n",
      "m.yaml",
    );
    expect(manifest.database).toEqual({ tool: "none" });
    expect(manifest.smoke.timeout).toBe(60_000);
  });

  it("keeps what looks like a number as it was written", () => {
    const manifest = parseManifest(good.replace("v1.1.0", "1.10"), "m.yaml");
    expect(manifest.version).toBe("1.10");
    expect(manifest.commit).toBe("1234567890123456789012345678901234567890");
    expect(manifest.services.api?.env.PORT_OFFSET).toBe("010");
  });

  it("may share a part by an anchor", () => {
    const manifest = parseManifest(
      "version: v1\nservices:\n  a: {command: [x], env: &e {A: b}}\n  b: {command: [y], env: *e}\nsmoke: {command: [z]}",
      "m.yaml",
    );
    expect(manifest.services.b?.env).toEqual({ A: "b" });
  });

  it("has a digest that follows its content, not its layout", () => {
    const digest = manifestDigest(parseManifest(good, "m.yaml"));
    const [version = "", commit = "", ...rest] = good.split("\n");
    expect(manifestDigest(parseManifest(`# why\n${[commit, version, ...rest].join("\n")}`, "m.yaml"))).toBe(digest);
    expect(manifestDigest(parseManifest(good.replace("info", "debug"), "m.yaml"))).not.toBe(digest);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a manifest that is wrong is refused", () => {
  it("with file, line, path, value and expectation, exit code 2, and the word that nothing was started", () => {
    const problem = faultsOf(good.replace("timeout: 90s", "timeout: ninety"));
    expect(problem.faults).toEqual([
      {
        line: 20,
        column: 3,
        path: "smoke.timeout",
        value: '"ninety"',
        expected: "a whole number with its unit: 250ms, 90s, 5m or 1h, at most 1h",
      },
    ]);
    expect(problem.exitCode).toBe(exitCodes.usage);
    expect(problem.message).toContain('releases/v1.yaml:20:3 smoke.timeout is "ninety"; expected');
    expect(problem.message).toContain("Nothing was started.");
  });

  it.each<[name: string, change: [string, string], path: string, expected: RegExp]>([
    ["no version", ["version: v1.1.0\n", ""], "version", /the version/],
    ["a version that leaves its folder", ["v1.1.0", "../v1"], "version", /letters, digits/],
    ["a version with a look-alike letter", ["v1.1.0", "v1.1.\u0430"], "version", /letters, digits/],
    ["a version over 63 characters", ["v1.1.0", "v".repeat(64)], "version", /63/],
    ["a short commit", ["1234567890123456789012345678901234567890", "1234567"], "commit", /40 hex/],
    ["a misspelt key", ["smoke:", "smokes:"], "smokes", /did you mean smoke\?/],
    [
      "a misspelt key of a service",
      ["directory: ../api", "directroy: ../api"],
      "services.api.directroy",
      /did you mean directory\?/,
    ],
    ["a misspelt key of the database", ["rollback:", "rolback:"], "database.rolback", /did you mean rollback\?/],
    [
      "a command line in the place of a list",
      ["[node, server.js]", "node server.js"],
      "services.api.command",
      /not given to a shell/,
    ],
    ["an empty command", ["[node, server.js]", "[]"], "services.api.command", /program's name/],
    ["an empty program", ["[node, server.js]", '["", x]'], "services.api.command[0]", /program's name/],
    ["an image by tag", [`web@sha256:${"a".repeat(64)}`, "web:latest"], "services.web.image", /digest/],
    ["a service's name with a capital", ["  api:", "  Api:"], "services.Api", /lower-case/],
    ["an unknown database tool", ["tool: prisma", "tool: flyway"], "database.tool", /prisma, sql, command, none/],
    [
      "a database command without a query that proves it",
      ["tool: prisma", "tool: command\n  command: [x]"],
      "database.verify",
      /sql: a query/,
    ],
    [
      "a key that belongs to another database tool",
      ["tool: prisma", "tool: none"],
      "database.directory",
      /no such key/,
    ],
    [
      "a variable's name that is none",
      ["LOG_LEVEL: info", "LOG-LEVEL: info"],
      "services.api.env.LOG-LEVEL",
      /letters, digits/,
    ],
    ["a variable that holds a list", ["LOG_LEVEL: info", "LOG_LEVEL: [info]"], "services.api.env.LOG_LEVEL", /text/],
    ["a feature with a hidden direction mark", ["gift note", "gift \u202enote"], "features[0]", /invisible/],
    ["a duplicate key", ["version: v1.1.0", "version: v1.1.0\nversion: v1.2.0"], "version", /second time/],
    ["a key into prototypes", ["LOG_LEVEL: info", "__proto__: {a: b}"], "services.api.env.__proto__", /not taken/],
    ["a constructor key", ["LOG_LEVEL: info", "constructor: a"], "services.api.env.constructor", /not taken/],
    ["a merge key", ["LOG_LEVEL: info", "<<: {A: b}"], "services.api.env.<<", /letters, digits/],
    ["a tag", ["version: v1.1.0", "version: !!js/function v1"], "", /tag/i],
    ["a directive", ["version: v1.1.0", "%YAML 1.1\n---\nversion: v1.1.0"], "", /directives/],
    ["two documents", ["version: v1.1.0", "version: v1.1.0\n---\na: b"], "", /multiple documents/i],
    ["tabs", ["  api:", "\tapi:"], "", /tab/i],
  ])("%s", (_, [from, to], path, expected) => {
    expect(good).toContain(from);
    const { faults } = faultsOf(good.replace(from, to));
    const fault = faults.find((candidate) => candidate.path === path);
    expect(fault, JSON.stringify(faults)).toBeDefined();
    expect(fault?.expected).toMatch(expected);
    expect(fault?.line).toBeGreaterThan(0);
  });

  it("without showing the value of a variable", () => {
    const problem = faultsOf(good.replace("LOG_LEVEL: info", `LOG_LEVEL: "hunter2-${"x".repeat(9_000)}"`));
    expect(problem.message).not.toContain("hunter2");
  });

  it("when no service has a command or an image", () => {
    const { faults } = faultsOf("version: v1\nservices: {a: {env: {A: b}}}\nsmoke: {command: [z]}");
    expect(faults).toMatchObject([{ path: "services.a", expected: "a command, an image, or both" }]);
  });

  it.each([
    ["an empty file", ""],
    ["a list", "- a"],
    ["a word", "release"],
    [
      "a bomb of aliases",
      "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]",
    ],
    ["an alias of itself", "a: &a [*a]"],
    ["deep nesting", "[".repeat(100_000)],
    ["nesting of 21 levels", `${"{a: ".repeat(21)}b${"}".repeat(21)}`],
    ["more than 256 KiB", `version: ${"v".repeat(256 * 1024)}`],
    ["nothing but quotes", '"'.repeat(200_000)],
    ["nothing but anchors", "&a ".repeat(80_000)],
    ["nothing but tags", "- !a x\n".repeat(30_000)],
    ["thirty thousand keys", Array.from({ length: 30_000 }, (_, index) => `k${index}: a`).join("\n")],
  ])(
    "%s, within the time a test has",
    (_, text) => {
      const { faults } = faultsOf(text);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.length).toBeLessThanOrEqual(20);
    },
    30_000,
  );

  it("whatever text it is: a manifest or a ManifestProblem, never another error", () => {
    const pieces = fc.constantFrom(
      "version",
      ": ",
      "\n",
      "  ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "&a ",
      "*a",
      '"',
      "'",
      "|",
      ">",
      "#",
      "? ",
      "!!",
      "%",
      "services",
      "\t",
      "\0",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          try {
            parseManifest(text, "m.yaml");
          } catch (error) {
            expect(error).toBeInstanceOf(ManifestProblem);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("also for any JSON value in any place, and nothing reaches Object's prototype", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("version", "features", "services", "database", "smoke"),
        fc.jsonValue(),
        (key, value) => {
          try {
            parseManifest(
              stringify({
                version: "v1",
                services: { a: { command: ["x"] } },
                smoke: { command: ["y"] },
                [key]: value,
              }),
              "m.yaml",
            );
          } catch (error) {
            expect(error).toBeInstanceOf(ManifestProblem);
          }
          expect(Object.keys(Object.prototype)).toEqual([]);
        },
      ),
    );
  });
});

describe("paths of a manifest", () => {
  it("become absolute, relative to the manifest's folder", () => {
    const located = locateManifest(parseManifest(good, "m.yaml"), "/project", "releases");
    expect(located.services.api?.directory).toBe("/project/api");
    expect(located.database).toMatchObject({ directory: "/project/prisma", rollback: "/project/prisma/down.sql" });
    expect(located.smoke.directory).toBe("/project/releases");
  });

  it("that leave the project are refused by name", () => {
    const manifest = parseManifest(good.replace("../prisma/down.sql", "../../down.sql"), "m.yaml");
    expect(() => locateManifest(manifest, "/project", "releases")).toThrow(
      /down\.sql" leaves the project[\s\S]*database\.rollback/,
    );
  });
});
