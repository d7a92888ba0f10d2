import { createHash } from "node:crypto";
import { spokenDuration } from "./duration.ts";
import type { EnvironmentName } from "./environment.ts";
import { code, link, plain } from "./markdown.ts";
import { runbookPhases } from "./runbookPhases.ts";

/** Everything that a runbook is made from; nothing else is in it. Paths are relative to the runbook's folder. */
export interface RunbookPlan {
  readonly version: string;
  readonly commit: string | undefined;
  readonly stack: string;
  readonly manifest: { readonly file: string; readonly digest: string };
  readonly features: readonly string[];
  readonly issues: readonly string[];
  readonly services: readonly { readonly name: string; readonly port: number; readonly instances: number }[];
  readonly database:
    | {
        readonly tool: string;
        readonly directory: string;
        readonly rollback: string | undefined;
        readonly drill: boolean;
      }
    | undefined;
  readonly smoke: { readonly command: readonly string[]; readonly directory: string };
  /** Where the candidate goes, and what is there to go back to; nothing at a first deployment. */
  readonly candidate: EnvironmentName;
  readonly before: { readonly environment: EnvironmentName; readonly version: string } | undefined;
  /** Durations in milliseconds, rates from 0 to 1. */
  readonly watch: { readonly forMs: number; readonly everyMs: number };
  /** Shares of the traffic, in percent, that the candidate gets before all of it; undefined where it gets all at once. */
  readonly shares?:
    | { readonly name: "rolling" | "canary"; readonly percents: readonly number[]; readonly bakeMs: number }
    | undefined;
  readonly noGo: {
    readonly errorRate: number;
    readonly errorForMs: number;
    readonly p95Ms: number;
    readonly p95ForMs: number;
  };
  readonly durationMs: number;
  readonly team: string | undefined;
  readonly zone: string | undefined;
  readonly downtime: { readonly from: string; readonly until: string } | undefined;
  readonly onCall: { readonly name: string; readonly acknowledgedAt: string | undefined } | undefined;
  readonly recipients: { readonly team: readonly string[]; readonly stakeholders: readonly string[] };
  readonly overrides: readonly {
    readonly item: string;
    readonly by: string;
    readonly approvedBy: string;
    readonly reason: string;
    readonly until: string;
  }[];
  readonly evidence: readonly { readonly item: string; readonly files: readonly string[] }[];
}

/** Where a team writes what it wants to keep; a runbook that is written anew keeps it. */
const notesHeading = "\n## Notes\n";
const digestLine = /^Digest: `sha256:([0-9a-f]{64})`$/m;

/** A runbook as it is read back. */
export interface RunbookRead {
  /** What its digest line says; absent when it has none. */
  readonly said: string | undefined;
  /** sha256 (hex) of what stands above the digest line (without one: of everything). */
  readonly found: string;
  /** What stands below the heading of the notes. */
  readonly notes: string;
}

/**
 * The runbook of a release as Markdown: the deployment day's steps with their commands, times, who does what, and how each is undone. The
 * same plan gives the same text, and its digest, so that a runbook of another plan is known to be out of date.
 *
 * @param notes what a team wrote below the runbook before
 */
export function runbookText(plan: RunbookPlan, notes = ""): string {
  const body = runbookBody(plan);
  return `${body}Digest: \`sha256:${sha256(body)}\`\n${notesHeading}${notes.trim() === "" ? "\n" : `\n${notes.trim()}\n`}`;
}

/** sha256 (hex) of what the plan gives now, as the digest line has it. */
export function runbookDigest(plan: RunbookPlan): string {
  return sha256(runbookBody(plan));
}

/** Takes a runbook apart. Line ends do not count. */
export function readRunbook(text: string): RunbookRead {
  const unix = text.replaceAll("\r\n", "\n");
  const match = digestLine.exec(unix);
  const notesAt = unix.indexOf(notesHeading, match?.index ?? 0);
  return {
    said: match?.[1],
    found: sha256(match === null ? unix : unix.slice(0, match.index)),
    notes: notesAt === -1 ? "" : unix.slice(notesAt + notesHeading.length).trim(),
  };
}

function runbookBody(plan: RunbookPlan): string {
  const parts = [
    head(plan),
    overrides(plan),
    times(plan),
    people(plan),
    ...runbookPhases(plan),
    wayBack(plan),
    links(plan),
  ];
  return `${parts.filter((it) => it !== "").join("\n\n")}\n\n`;
}

function head(plan: RunbookPlan): string {
  const { version, commit, stack, features, issues, services, database, candidate, before } = plan;
  const what = features.map((it) => `- ${plain(it)}`);
  return [
    `# Runbook: ${plain(version)} on ${plain(stack)}`,
    "",
    `Written by ${code(`greenlight runbook ${version} --stack ${stack}`)} from the manifest and the settings. Write below “Notes” only: the rest is written anew.`,
    "",
    `- Commit: ${commit === undefined ? "**none in the manifest**" : code(commit)}`,
    `- Goes to: ${candidate}; ${before === undefined ? "nothing serves yet" : `${before.environment} has ${code(before.version)}, the way back`}`,
    `- Services: ${services.map((it) => `${it.name} (port ${it.port}, ${it.instances} instances)`).join(", ")}`,
    `- Database: ${database === undefined ? "no migration" : `migration by ${database.tool} from ${code(database.directory)}`}`,
    ...(issues.length === 0 ? [] : [`- Issues: ${issues.map(plain).join(", ")}`]),
    ...(what.length === 0 ? [] : ["", "What is new:", "", ...what]),
  ].join("\n");
}

function overrides({ overrides: all }: RunbookPlan): string {
  if (all.length === 0) return "";
  return [
    "## OVERRIDES",
    "",
    ...all.map(
      (it) =>
        `- **${plain(it.item)} is set aside** by ${plain(it.by)}, approved by ${plain(it.approvedBy)}, until ${plain(it.until)}: ${plain(it.reason)}`,
    ),
  ].join("\n");
}

function times({ watch, noGo, durationMs, team, zone, downtime }: RunbookPlan): string {
  return [
    "## Times and limits",
    "",
    `- T-0 is when the deployment starts. The whole plan takes ${spokenDuration(durationMs)}${team === undefined ? "" : `, in a change window of ${plain(team)}`}${zone === undefined ? "" : ` (${zone})`}.`,
    `- After the switch the candidate is watched for ${spokenDuration(watch.forMs)}, with a look every ${spokenDuration(watch.everyMs)}.`,
    `- No-go: more than ${percent(noGo.errorRate)} errors for ${spokenDuration(noGo.errorForMs)}, or p95 over ${spokenDuration(noGo.p95Ms)} for ${spokenDuration(noGo.p95ForMs)}.`,
    `- Downtime: ${downtime === undefined ? "none is planned" : `planned from ${downtime.from} until ${downtime.until}`}.`,
  ].join("\n");
}

function people({ onCall, recipients, overrides: set }: RunbookPlan): string {
  const list = (all: readonly string[]) => (all.length === 0 ? "**nobody is named**" : all.map(plain).join(", "));
  const acknowledged =
    onCall?.acknowledgedAt === undefined
      ? "has not acknowledged in the manifest"
      : `acknowledged ${onCall.acknowledgedAt}`;
  const approvers = [...new Set(set.map((it) => it.approvedBy))];
  return [
    "## Who",
    "",
    "| What | Who |",
    "|---|---|",
    "| Leads, runs the commands | who runs `greenlight release`; the journal records them |",
    `| On call, called when something breaks | ${onCall === undefined ? "**nobody is named in the manifest**" : `${plain(onCall.name)} (${acknowledged})`} |`,
    `| Team, told at T-60, start and end | ${list(recipients.team)} |`,
    `| Stakeholders, told beforehand and at the end | ${list(recipients.stakeholders)} |`,
    "| Approve the code | as the evidence of `code/review` says |",
    ...(approvers.length === 0 ? [] : [`| Approved the overrides | ${list(approvers)} |`]),
  ].join("\n");
}

function wayBack({ before, database, stack }: RunbookPlan): string {
  const rollback = `greenlight rollback --stack ${stack} --reason "…"`;
  return [
    "## The way back",
    "",
    "It is always open: no window, freeze or missing evidence stops it, and it does not wait for the engine.",
    "",
    before === undefined
      ? "This is the first deployment: there is nothing to go back to."
      : `- Traffic to ${before.environment} ${code(before.version)}: ${code(rollback)}`,
    ...(database === undefined
      ? []
      : [
          database.rollback === undefined
            ? "- The migration has **no rollback script**."
            : `- The migration by its script ${code(database.rollback)}: ${code(`${rollback} --database script`)}`,
          `- The database as it was before (what was written since is lost): ${code(`${rollback} --database snapshot`)}`,
        ]),
    `- What serves then: ${code(`greenlight status --stack ${stack}`)}`,
  ].join("\n");
}

function links({ manifest, evidence, version }: RunbookPlan): string {
  return [
    "## Links",
    "",
    `- Manifest: ${link(manifest.file, manifest.file)}, sha256 ${code(manifest.digest)}`,
    `- Evidence records: ${link(`${version}.evidence.jsonl`, `${version}.evidence.jsonl`)}`,
    ...evidence.map(({ item, files }) => `- ${plain(item)}: ${files.map((it) => link(it, it)).join(", ")}`),
  ].join("\n");
}

function percent(rate: number): string {
  return `${+(rate * 100).toFixed(2)} %`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
