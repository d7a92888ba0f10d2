import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, truncateSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Attempt, refused, refusedSideBySide } from "./attempt.ts";
import { junit, sample } from "./readyFiles.ts";
import type { ReadyRelease } from "./readyRelease.ts";

/** A report of tests in the place of a true one, recorded as one of this commit; all three items of tests read it alike. */
const tests = ["unit", "integration", "e2e"] as const;
let turn = 0;
const report = (name: string, content: string | Buffer, reason: RegExp): Attempt => {
  const kind = tests[turn++ % 3] ?? "unit";
  return [name, `tests/${kind}`, (it) => it.evidence(`tests/${kind}`, `${kind}.xml`, content), reason];
};
const scan = (name: string, content: object | string, reason: RegExp): Attempt => [
  name,
  "tests/security",
  (it) => it.evidence("tests/security", "audit.json", content),
  reason,
];
const instead = (it: ReadyRelease, path: string) => {
  rmSync(it.at(path));
  return it.at(path);
};

function sarif(result: object, run: object = {}): object {
  const driver = { name: "scanner", rules: [{ id: "eval", properties: { "security-severity": "9.8" } }] };
  const found = { ruleId: "eval", level: "error", message: { text: "eval of input" }, locations: [], ...result };
  return { version: "2.1.0", runs: [{ tool: { driver }, results: [found], ...run }] };
}

const failure = '<failure message="no">at shop.js</failure>';
const laughs = Array.from({ length: 12 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join("");
const entities = (inside: string) => junit(["adds"]).replace("\n", `\n<!DOCTYPE t [${inside}]>\n`);

refusedSideBySide({
  "a report that says less than it seems to is refused": [
    report("a report without a single test", junit([], { totals: 'tests="0" failures="0"' }), /it holds no test/),
    report(
      "totals of 40 tests over no test case",
      junit([], { totals: 'tests="40" failures="0"' }),
      /it holds no test/,
    ),
    report(
      'failures="0" over a test case that failed',
      junit(["adds", "pays"], { inside: failure, totals: 'tests="2" failures="0" errors="0"' }),
      /1 of 2 failed: .*adds/,
    ),
    report("every test skipped", junit(["adds"], { inside: "<skipped/>" }), /skipped without a listed reason/),
    report(
      "more tests in the totals than test cases",
      junit(["adds"], { totals: 'tests="41" failures="0" errors="0"' }),
      /contradicts itself/,
    ),
    report(
      "a report of last month that was recorded today",
      junit(["adds"], { totals: 'tests="1" failures="0" errors="0" timestamp="2020-01-02T10:00:00Z"' }),
      /by its own words/,
    ),
    scan(
      "a critical finding that its report suppresses",
      sarif({ suppressions: [{ kind: "inSource" }] }),
      /suppressed/,
    ),
    scan(
      "a scan of another revision",
      sarif(
        { level: "none" },
        { versionControlProvenance: [{ repositoryUri: "https://shop.example", revisionId: "f".repeat(40) }] },
      ),
      /itself says that it is of revision/,
    ),
    scan(
      "a scan that did not run to its end",
      sarif({}, { results: [], invocations: [{ executionSuccessful: false }] }),
      /audit\.json/,
    ),
    scan("an error of the tool in the place of its scan", sample("npm-audit/failed.json"), /audit\.json/),
    [
      "a load test of a handful of requests",
      "tests/performance",
      (it) => it.evidence("tests/performance", "load.json", it.read("evidence/load.json").replaceAll(/2000\b/g, "3")),
      /only 3 requests were made/,
    ],
    [
      "a critical bug whose label is spelt with a look-alike letter",
      "code/bugs",
      (it) =>
        it.evidence("code/bugs", "issues.json", [
          { number: 13, title: "Loses orders", state: "open", labels: [{ name: "bug" }, { name: "сritical" }] },
        ]),
      /1 without a priority: #13/,
    ],
  ],
  "a report that is made to break its reader is refused": [
    report("an archive that unpacks to much more", gzipSync(Buffer.alloc(8_000_000)), /a gzip archive, not a report/),
    report("a zip archive", Buffer.from("PK\u0003\u0004shop", "latin1"), /a zip archive, not a report/),
    report("entities of entities of entities", entities(`<!ENTITY l0 "ha">${laughs}`), /\.xml: /),
    report(
      "an entity that names a file of the machine",
      entities('<!ENTITY f SYSTEM "file:///etc/passwd">'),
      /\.xml: /,
    ),
    report("a report cut short", junit(["adds", "pays"]).slice(0, -40), /\.xml: /),
    report("an empty report", "", /it is empty/),
    report("a page that says that all is well", "<!DOCTYPE html><html><body>all passed</body></html>", /\.xml: /),
    scan("brackets within brackets", `{"auditReportVersion":${"[".repeat(200_000)}`, /nested deeper than 100 levels/),
    scan(
      "findings taken away through __proto__",
      `{"__proto__":${sample("npm-audit/clean.json")}}`,
      /audit\.json: it is no /,
    ),
    scan(
      "a constructor in the place of the counts",
      '{"auditReportVersion":2,"constructor":{"prototype":{"vulnerabilities":{}}}}',
      /audit\.json: it is /,
    ),
    [
      "a file of more than 64 MiB",
      "tests/unit",
      (it) => truncateSync(it.at("evidence/unit.xml"), 65 * 1024 * 1024),
      /larger than 64 MiB/,
    ],
    [
      "a pipe that nobody ever writes to",
      "tests/integration",
      (it) => void execFileSync("mkfifo", [instead(it, "evidence/integration.xml")]),
      /not a regular/,
    ],
    ["a folder", "tests/e2e", (it) => void mkdirSync(instead(it, "evidence/e2e.xml")), /not a regular file/],
  ],
});

refused("an issue that the release says it closes must be done", [
  [
    "one that was closed without being done",
    "code/features",
    (it) =>
      it.evidence("code/bugs", "issues.json", [
        { number: 12, title: "Coupons", state: "closed", state_reason: "not_planned", labels: [] },
      ]),
    /#12 was closed without being done/,
  ],
]);
