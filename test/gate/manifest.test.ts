import { execFileSync } from "node:child_process";
import { renameSync, rmSync, symlinkSync } from "node:fs";
import { refusedOutright } from "./attempt.ts";
import { type ReadyRelease, version } from "./readyRelease.ts";

const file = `releases/${version}.yaml`;
const more =
  (...lines: string[]) =>
  (it: ReadyRelease) =>
    it.manifest((text) => `${text}${lines.join("\n")}\n`);
const change = (from: string, to: string) => (it: ReadyRelease) => it.manifest((text) => text.replace(from, to));
const laughs = ["a: &a [x, x, x, x, x, x, x, x, x]"].concat(
  [..."bcdefgh"].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[at]}`).join(", ")}]`),
);

refusedOutright("a manifest that says two things at once is refused", [
  [
    "a key that stands there twice",
    more('commit: "0000000000000000000000000000000000000000"'),
    /commit: this key stands here a second time/,
  ],
  ["evidence that stands there twice", more("evidence: {}"), /evidence: this key stands here a second time/],
  ["a merge key", more("<<: { features: [none] }"), /<</],
  [
    "a merge key of an anchor, within the evidence",
    change("  tests/unit: {", "  <<: &all { files: [x] }\n  tests/unit: {"),
    /<</,
  ],
  ["anchors of anchors of anchors", more(...laughs), /aliases/],
  ["a second document", more("---", "version: v9.9.9"), /document/],
  ["a directive", (it) => it.manifest((text) => `%YAML 1.1\n---\n${text}`), /directive/i],
  ["a tag that makes code of text", change("features: [coupons]", "features: [!!js/function 'x']"), /tag/i],
  ["a key that reaches into every object", more("__proto__: { overrides: [] }"), /this name is not taken as a key/],
  ["a constructor as a key", change("services: {", "services: { constructor: {}, "), /this name is not taken as a key/],
]);

refusedOutright("a manifest whose words are not what they look like is refused", [
  ["an item spelt with a look-alike letter", change("  tests/unit:", "  tests/unіt:"), /tests\/unіt/],
  ["a version spelt with one", change(`version: ${version}`, "version: ѵ1.2.3"), /version/],
  [
    "another version than its name says",
    change(`version: ${version}`, "version: v1.2.4"),
    /The manifest says version v1\.2\.4, its name says v1\.2\.3/,
  ],
  [
    "text that is shown the other way round",
    change("[coupons]", '["\u202esnopuoc"]'),
    /without control or invisible characters/,
  ],
  [
    "a commit that is shortened",
    (it) => it.manifest((text) => text.replace(it.commit, it.commit.slice(0, 12))),
    /a full commit/,
  ],
  [
    "a branch in the place of the commit",
    (it) => it.manifest((text) => text.replace(`"${it.commit}"`, "main")),
    /a full commit/,
  ],
  ["a key that nobody knows", more("force: true"), /force/],
  [
    "an override without a second person",
    more('overrides: [{ item: tests/e2e, by: Ann, reason: the sandbox is down, until: "2026-01-01T01:00:00Z" }]'),
    /approvedBy/,
  ],
]);

refusedOutright("a manifest that is no plain file of its project is refused", [
  [
    "one of more than 256 KiB",
    (it) => it.manifest((text) => `${text}# ${"x".repeat(256 * 1024)}\n`),
    /larger than 256 KiB/,
  ],
  ["one nested without end", more(`deep: ${"[".repeat(5_000)}${"]".repeat(5_000)}`), /./],
  [
    "one behind a symbolic link out of the project",
    (it) => {
      const elsewhere = it.outside("manifest.yaml", it.read(file));
      rmSync(it.at(file));
      symlinkSync(elsewhere, it.at(file));
    },
    /leads out of the project through a symbolic link/,
  ],
  [
    "a pipe that nobody ever writes to",
    (it) => {
      rmSync(it.at(file));
      execFileSync("mkfifo", [it.at(file)]);
    },
    /is no plain file/,
  ],
  ["none at all", (it) => renameSync(it.at(file), it.at("releases/v1.2.4.yaml")), /There is no manifest of v1\.2\.3/],
]);
