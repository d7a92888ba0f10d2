import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { refused, refusedSideBySide } from "./attempt.ts";
import { junit, staging } from "./readyFiles.ts";
import { ago, type ReadyRelease, version } from "./readyRelease.ts";

const lastVersion = (it: ReadyRelease) => it.run("rev-parse", "v1.2.2^{commit}");
const without = (lines: string, word: string) =>
  lines
    .split("\n")
    .filter((line) => !line.includes(word))
    .join("\n");
const manifestDigest = (it: ReadyRelease): string => JSON.parse(it.read("evidence/staging.json")).manifestDigests.green;
const inStaging = (it: ReadyRelease, over: object) =>
  it.evidence("infrastructure/staging", "staging.json", staging(manifestDigest(it), over));
const drilled = (it: ReadyRelease, over: object) =>
  it.evidence("database/rollback-script", "drill.json", { ...JSON.parse(it.read("evidence/drill.json")), ...over });

refusedSideBySide({
  "what is recorded of evidence must be of it": [
    [
      "nobody recorded it",
      "tests/unit",
      (it) => it.edit(it.records, (text) => without(text, "unit.xml")),
      /does not say of which commit/,
    ],
    [
      "it is of the commit before",
      "tests/integration",
      (it) => it.record("tests/integration", "integration.xml", { commit: lastVersion(it) }),
      /is of commit .*, not of/,
    ],
    [
      "it was made before its commit",
      "tests/e2e",
      (it) => it.record("tests/e2e", "e2e.xml", { at: ago(400) }),
      /before the commit that it is said to speak of/,
    ],
    [
      "it is from tomorrow",
      "tests/performance",
      (it) => it.record("tests/performance", "load.json", { at: ago(-24 * 60) }),
      /is from the future/,
    ],
    [
      "its sha256 is another file's",
      "code/bugs",
      (it) => it.record("code/bugs", "issues.json", { sha256: "a".repeat(64) }),
      /changed after it was recorded/,
    ],
    [
      "a failure was taken out of it afterwards",
      "tests/unit",
      (it) => {
        it.evidence("tests/unit", "unit.xml", junit(["adds"], { inside: "<failure/>" }));
        it.write("evidence/unit.xml", junit(["adds"]));
      },
      /changed after it was recorded/,
    ],
    [
      "something was appended to it afterwards",
      "tests/security",
      (it) => it.edit("evidence/audit.json", (text) => `${text}\n`),
      /changed after it was recorded/,
    ],
    [
      "the staging stack serves the version before",
      "infrastructure/staging",
      (it) => inStaging(it, { live: "blue", serving: { blue: 100, green: 0 } }),
      /v1\.2\.2 is live there, not v1\.2\.3/,
    ],
    [
      "staging was deployed from another manifest",
      "infrastructure/staging",
      (it) => inStaging(it, { manifestDigests: { green: "f".repeat(64) } }),
      /from another manifest/,
    ],
    [
      "staging gives it half of the traffic",
      "infrastructure/staging",
      (it) => inStaging(it, { serving: { blue: 50, green: 50 } }),
      /serves 50 % there/,
    ],
    [
      "the smoke gate passed there for another version",
      "infrastructure/staging",
      (it) => {
        const passed = { environment: "green", at: ago(90), passed: true };
        const gate = (name: string, of: string) => ({ ...passed, gate: name, version: of });
        inStaging(it, { gates: [gate("health", version), gate("smoke", "v1.2.2")] });
      },
      /no proof that the smoke gate passed for v1\.2\.3/,
    ],
    [
      "the drill was of another rollback script",
      "database/rollback-script",
      (it) => it.edit("undo/v1.2.3.sql", (text) => `${text}-- and nothing else\n`),
      /of another rollback script/,
    ],
    [
      "the drill was of other migrations",
      "database/rollback-script",
      (it) => it.edit("db/002_age.sql", (text) => text.replace("integer", "bigint")),
      /of other migrations/,
    ],
    [
      "the drill says that it passed, but not its last step",
      "database/rollback-script",
      (it) =>
        drilled(it, {
          steps: ["begin", "up", "down"].map((name) => ({ name, ok: true, ms: 1, saw: "as it should be" })),
        }),
      /was not played to its end/,
    ],
    [
      "the drill was of another version",
      "database/rollback-script",
      (it) => drilled(it, { version: "v1.2.2" }),
      /is of version v1\.2\.2/,
    ],
  ],
});

refused("records and files come from where they seem to", [
  [
    "the records are those of the version before",
    "tests/unit",
    (it) => it.edit(it.records, (text) => text.replaceAll(it.commit, lastVersion(it))),
    /is of commit/,
  ],
  [
    "a line of the records is none",
    "tests/unit",
    (it) => it.edit(it.records, (text) => `${text}{"item":"tests/unit","file":"evidence/unit.xml"}\n`),
    /line \d+ of the evidence records is no record/,
  ],
  [
    "a record brings a key of its own",
    "tests/unit",
    (it) => it.edit(it.records, (text) => text.replace('{"item"', '{"forced":true,"item"')),
    /line 1 of the evidence records is no record/,
  ],
  [
    "the records lie outside of the project, behind a symbolic link",
    "tests/unit",
    (it) => {
      const elsewhere = it.outside("records.jsonl", it.read(it.records));
      rmSync(it.at(it.records));
      symlinkSync(elsewhere, it.at(it.records));
    },
    /evidence records cannot be taken: .*out of the project through a symbolic link/,
  ],
  [
    "the records are a pipe that nobody ever writes to",
    "tests/unit",
    (it) => {
      rmSync(it.at(it.records));
      execFileSync("mkfifo", [it.at(it.records)]);
    },
    /evidence records cannot be taken: it is not a regular file/,
  ],
  [
    "the report lies outside of the project, behind a symbolic link",
    "tests/unit",
    (it) => {
      const elsewhere = it.outside("unit.xml", it.read("evidence/unit.xml"));
      rmSync(it.at("evidence/unit.xml"));
      symlinkSync(elsewhere, it.at("evidence/unit.xml"));
    },
    /out of the project through a symbolic link/,
  ],
  [
    "the folder of the reports is outside of the project, behind a symbolic link",
    "tests/unit",
    (it) => {
      const elsewhere = it.outside("evidence/other", "");
      cpSync(it.at("evidence"), elsewhere.replace("/other", ""), { recursive: true });
      renameSync(it.at("evidence"), it.at("evidence-before"));
      symlinkSync(elsewhere.replace("/other", ""), it.at("evidence"));
    },
    /out of the project through a symbolic link/,
  ],
  [
    "the manifest's path leaves the project",
    "tests/unit",
    (it) => {
      it.outside("unit.xml", it.read("evidence/unit.xml"));
      it.manifest((text) => text.replace("../evidence/unit.xml", "../../outside/unit.xml"));
    },
    /leaves the project folder/,
  ],
  [
    "the manifest names a file of the machine",
    "tests/unit",
    (it) => it.manifest((text) => text.replace("../evidence/unit.xml", "/etc/hostname")),
    /is absolute/,
  ],
  [
    "one report is named for two items, and recorded for one",
    "tests/e2e",
    (it) => it.manifest((text) => text.replace("evidence/e2e.xml", "evidence/unit.xml")),
    /unit\.xml does not say of which commit/,
  ],
  [
    "the records are there twice, the true ones for another version",
    "tests/unit",
    (it) => {
      mkdirSync(it.at("releases/old"), { recursive: true });
      renameSync(it.at(it.records), it.at(`releases/old/${version}.evidence.jsonl`));
    },
    /does not say of which commit/,
  ],
]);
