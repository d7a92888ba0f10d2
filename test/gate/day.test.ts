import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import type { JournalRecord } from "../../release/journalRecord.ts";
import { refused, refusedSideBySide } from "./attempt.ts";
import { announced, journalOf } from "./readyFiles.ts";
import { ago, type ReadyRelease, version } from "./readyRelease.ts";

const tagged = (it: ReadyRelease, ...args: string[]) => it.run("tag", "--force", ...args);

const journal = ".greenlight/journals/prod.jsonl";
const other = (kind: "team" | "stakeholders" | "status-page" | "brief") => (record: JournalRecord) =>
  record.type !== "announcement" || record.kind !== kind;
/** The journal with another announcement in the place of the one to the team, by somebody who knows its digests. */
const instead = (record: JournalRecord) => (it: ReadyRelease) =>
  it.journal([...journalOf().filter(other("team")), record]);

refusedSideBySide({
  "a tag that is not the release's": [
    [
      "one that was moved, here and in origin",
      "day/tag",
      (it) => {
        tagged(it, "--annotate", "-m", "Release 1.2.3", version, "HEAD");
        it.run("push", "--quiet", "--force", "origin", version);
      },
      /the tag v1\.2\.3 leads to .*, not to/,
    ],
    [
      "a lightweight one",
      "day/tag",
      (it) => {
        tagged(it, version, it.commit);
      },
      /is a lightweight one/,
    ],
    [
      "one that origin has elsewhere",
      "day/tag",
      (it) => {
        it.run("push", "--quiet", "--force", "origin", `HEAD:refs/tags/${version}`);
      },
      /origin has another tag v1\.2\.3/,
    ],
    [
      "one that only this machine has",
      "day/tag",
      (it) => {
        it.run("push", "--quiet", "--delete", "origin", version);
      },
      /origin does not have the tag/,
    ],
    [
      "one that cannot be asked about",
      "day/tag",
      (it) => {
        it.run("remote", "set-url", "origin", "../gone.git");
      },
      /origin could not be asked/,
    ],
  ],
  "code that is not the commit's": [
    [
      "a file that was changed",
      "day/merged",
      (it) => it.write("server.js", "// open\n"),
      /not as committed: .*server\.js/,
    ],
    [
      "a file that git does not know",
      "day/merged",
      (it) => it.write("more.js", "// open\n"),
      /not as committed: more\.js/,
    ],
    [
      "a change that git was told to overlook (assume-unchanged)",
      "day/merged",
      (it) => {
        it.run("update-index", "--assume-unchanged", "server.js");
        it.write("server.js", "// open\n");
      },
      /not as committed: .*server\.js/,
    ],
    [
      "a change that git was told to overlook (skip-worktree)",
      "day/merged",
      (it) => {
        it.run("update-index", "--skip-worktree", "server.js");
        it.write("server.js", "// open\n");
      },
      /not as committed: .*server\.js/,
    ],
    [
      "a change behind a monitor that says that there is none",
      "day/merged",
      (it) => {
        it.run("config", "core.fsmonitor", "true");
        it.run("update-index", "--fsmonitor-valid", "server.js");
        it.write("server.js", "// open\n");
      },
      /not as committed: .*server\.js/,
    ],
    [
      "code that was committed after the commit that was reviewed",
      "day/merged",
      (it) => {
        it.write("server.js", "// open\n");
        it.run("commit", "--quiet", "--all", "--message", "Quick fix");
        it.run("push", "--quiet");
      },
      /1 file is checked out otherwise than .* has them: server\.js/,
    ],
    [
      "a commit that is only on a branch",
      "day/merged",
      (it) => {
        it.run("push", "--quiet", "--force", "origin", "v1.2.2^{commit}:main");
        it.run("fetch", "--quiet");
      },
      /is not part of origin\/main/,
    ],
    [
      "a migration edited after its commit",
      "database/review",
      (it) => it.edit("db/002_age.sql", (text) => text.replace("integer", "bigint")),
      /1 of 2 scripts are not as the released commit has them/,
    ],
  ],
  "a runbook that is not the plan's": [
    [
      "edited by hand",
      "day/runbook",
      (it) => it.edit(`releases/${version}.runbook.md`, (text) => text.replace("coupons", "nothing")),
      /was edited above its notes/,
    ],
    [
      "of a plan that has changed since",
      "day/runbook",
      (it) => it.edit("Pulumi.prod.yaml", (text) => `${text}  shop:watch: { for: 15m }\n`),
      /is out of date/,
    ],
    [
      "without its digest",
      "day/runbook",
      (it) => it.write(`releases/${version}.runbook.md`, "# Runbook\n\nDeploy it.\n"),
      /greenlight did not write it/,
    ],
    ["of nobody", "day/runbook", (it) => rmSync(it.at(`releases/${version}.runbook.md`)), /there is no releases/],
  ],
  "a journal that says what was not": [
    [
      "a line changed by hand: nothing of it counts",
      "communication/team",
      (it) => it.edit(journal, (text) => text.replace('"#deploys"', '"#random"')),
      /the journal has no announcement of kind team/,
    ],
    [
      "a line put in without the digest of the one before it",
      "communication/team",
      (it) =>
        it.edit(
          journal,
          (text) => `${text}${JSON.stringify({ ...announced("9", "team", "#deploys", 1), previous: "0" })}\n`,
        ),
      /the journal has no announcement of kind team/,
    ],
    [
      "a pipe in its place, which nobody ever writes to",
      "communication/team",
      (it) => {
        rmSync(it.at(journal));
        execFileSync("mkfifo", [it.at(journal)]);
      },
      /the journal has no announcement of kind team/,
    ],
    [
      "the journal of another stack",
      "communication/team",
      (it) => {
        cpSync(it.at(journal), it.at(".greenlight/journals/staging.jsonl"));
        rmSync(it.at(journal));
      },
      /the journal has no announcement of kind team/,
    ],
    [
      "an announcement of another version",
      "communication/team",
      instead(announced("9", "team", "#deploys", 5, { version: "v1.2.2" })),
      /is of v1\.2\.2/,
    ],
    [
      "an announcement that only a terminal showed",
      "communication/team",
      instead(announced("9", "team", "#deploys", 5, { to: ["terminal"], results: undefined })),
      /the journal has no announcement of kind team/,
    ],
    [
      "an announcement that is older than the record before it",
      "communication/team",
      instead(announced("9", "team", "#deploys", 600)),
      /earlier than the record before it/,
    ],
    [
      "an answer that is from long before its record",
      "communication/team",
      instead(
        announced("9", "team", "#deploys", 5, {
          at: ago(1),
          results: [{ channel: "deploys", to: "#deploys", ok: true, response: "ok", at: ago(40) }],
        }),
      ),
      /is said to be from/,
    ],
    [
      "an announcement to somebody else",
      "communication/team",
      instead(
        announced("9", "team", "#random", 5, {
          results: [{ channel: "random", to: "#random", ok: true, response: "ok", at: ago(5) }],
        }),
      ),
      /reached #random, but none of #deploys/,
    ],
  ],
});

// They change the journal too, which the others have changed already.
refused("a journal that says what was not, of other items", [
  [
    "a line changed by hand: the drill in it does not count either",
    "infrastructure/rollback",
    (it) => it.edit(journal, (text) => text.replace('"sales"', '"everybody"')),
    /no rollback of v1\.2\.3 or v1\.2\.2 was drilled/,
  ],
  [
    "a line taken out",
    "day/briefing",
    (it) => it.edit(journal, (text) => text.split("\n").toSpliced(2, 1).join("\n")),
    /no briefing of this version/,
  ],
  [
    "a briefing that did not arrive in one of its channels",
    "day/briefing",
    (it) =>
      it.journal([
        ...journalOf(),
        announced("9", "brief", "#operations", 1, {
          to: [],
          results: [
            { channel: "operations", to: "#operations", ok: false, status: 404, response: "no_service", at: ago(1) },
          ],
        }),
      ]),
    /did not reach 1: #operations/,
  ],
]);
