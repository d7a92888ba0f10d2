import { journalLimit } from "../project/checklist/checklistOf.ts";
import { rangeLimits } from "../project/checklist/releaseRange.ts";
import { evidenceLimit } from "../project/evidence/evidenceFile.ts";
import { recordsLimit } from "../project/evidence/evidenceRecords.ts";
import { migrationLimits } from "../project/migrations/migrationFiles.ts";
import { manifestLimit } from "../project/readManifest.ts";
import { runbookLimit } from "../project/runbookFile.ts";
import { eventsLimit, iCalendarLimit } from "../release/calendar/iCalendarText.ts";
import { changelogLimit } from "../release/evidence/documentation/changelog.ts";
import { jsonLimits } from "../release/evidence/reportJson.ts";
import { codeOwnersLimit, mostRules } from "../release/evidence/review/codeOwners.ts";
import { reviewLimits } from "../release/evidence/review/reviewSummary.ts";
import { longestLine } from "../release/journal.ts";
import { yamlLimits } from "../release/strictYaml.ts";

const unit = (value: number, size: number, name: string) => `${value / size} ${name}`;
const bytes = (value: number) =>
  value % 1_048_576 === 0
    ? unit(value, 1_048_576, "MiB")
    : value % 1024 === 0
      ? unit(value, 1024, "KiB")
      : unit(value, 1e6, "MB");
const count = (value: number) => value.toLocaleString("en-US");

/** The part of the page that says how much is read at most; a reader that meets more refuses it, with that reason. */
export function evidenceLimits(): string {
  const rows: readonly (readonly [what: string, size: string, more: string])[] = [
    ["a piece of evidence", bytes(evidenceLimit), "a regular file of the project; archives are not unpacked"],
    [
      "JSON in it",
      bytes(evidenceLimit),
      `${jsonLimits.depth} levels, ${count(jsonLimits.values)} values: about 1 GB of memory at the very worst`,
    ],
    ["XML in it (JUnit)", bytes(evidenceLimit), "read as a stream; no document type, so no entity of its own"],
    [
      "reviews",
      bytes(evidenceLimit),
      `${reviewLimits.pulls} pull requests, ${count(reviewLimits.people)} people and ${reviewLimits.opinions} opinions each`,
    ],
    ["the records of evidence", bytes(recordsLimit), "a regular file of the project"],
    [
      "the manifest",
      bytes(manifestLimit),
      `${yamlLimits.depth} levels, ${yamlLimits.aliases} aliases; no tags, merge keys or duplicate keys`,
    ],
    ["the journal", bytes(journalLimit), `lines of at most ${bytes(longestLine)}; a larger one proves nothing`],
    ["the runbook", bytes(runbookLimit), ""],
    ["the changelog", bytes(changelogLimit), "as git has it in the released commit"],
    ["CODEOWNERS", bytes(codeOwnersLimit), `${count(mostRules)} rules`],
    ["a calendar of holidays", bytes(iCalendarLimit), `${count(eventsLimit)} events`],
    ["a migration", bytes(migrationLimits.bytes), `${count(migrationLimits.files)} files of a folder`],
    ["git", "", `${count(rangeLimits.commits)} commits and ${count(rangeLimits.files)} files of a release`],
  ];
  return `
## How much is read

Whatever a file holds, its reader ends with facts of a known shape or with one sentence why not. More than this is refused, with that
reason.

| | At most | |
|---|---|---|
${rows.map((it) => `| ${it.join(" | ")} |`).join("\n")}
`;
}
