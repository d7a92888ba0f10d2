import { readManifest } from "../../project/readManifest.ts";
import { type AnnouncementKind, longestAnnouncement } from "../../release/announcement.ts";
import { type Channel, channelsFor, channelsOf } from "../../release/announcements/routing.ts";
import type { AnnouncementSettings } from "../../release/announcements/settings.ts";
import { type ExitCode, exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { nearest } from "../../release/suggestion.ts";
import { compose } from "../announce/compose.ts";
import { recordReport } from "../announce/record.ts";
import { maskerOf } from "../announce/secrets.ts";
import { type ChannelReport, sendAll } from "../announce/sendAll.ts";
import { type Context, type GlobalOptions, openContext } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import { findPlatform, liveNow } from "../live.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";
import { withStackLock } from "../stackLock.ts";
import { announceText } from "../terminal/announceText.ts";

export interface AnnounceOptions extends GlobalOptions {
  readonly kind: AnnouncementKind;
  readonly version: string;
  /** Channels by name instead of those that are told of the kind. */
  readonly to?: readonly string[] | undefined;
  /** Of a rollback; by default the one in the journal. */
  readonly reason?: string | undefined;
  /** Words of one's own in the text. */
  readonly message?: string | undefined;
  /** ISO time with zone at which the deployment begins; by default that of the planned downtime. */
  readonly at?: string | undefined;
  /** Shows what would be sent, sends nothing and keeps nothing. */
  readonly dryRun: boolean;
  /** Also to those who have it already. */
  readonly again: boolean;
}

/** What `greenlight announce --json` prints. */
export interface AnnounceJson {
  /** Everybody has it who is meant to; in a dry run: it could be sent. */
  readonly ok: boolean;
  readonly kind: AnnouncementKind;
  readonly version: string;
  readonly dryRun: boolean;
  readonly text: string;
  readonly channels: readonly ChannelReport[];
}

/** Tells the stack's channels of a release. Who has it already is left out, what fails is told and can be sent again. */
export async function announceCommand(
  options: AnnounceOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<AnnounceJson>> {
  const context = openContext(options);
  const { announcements, releases } = context.settings();
  const channels = channelsMeant(options, announcements);
  const manifest = readManifest(context.project, releases, options.version);
  const journal = new JournalFile(context);
  const { version } = manifest.manifest;
  const { kind, dryRun, again } = options;
  const { at, reason } = options;
  if (at !== undefined && !isInstant(at)) {
    throw wrong(
      `${JSON.stringify(at.slice(0, 40))} is no time.`,
      "give it with its zone: --at 2026-03-04T14:00:00+01:00",
    );
  }
  const work = async (): Promise<CommandResult<AnnounceJson>> => {
    const { records, problems } = journal.read();
    for (const { line, happened } of problems) {
      reporter.tell({ kind: "warning", text: `the journal is damaged at line ${line}: ${happened} (${journal.path})` });
    }
    const health = () => healthOf(context, version);
    const message = wordsOf(options.message);
    const composed = await compose({ kind, manifest, records, health, reason, message, at });
    const text = maskerOf(channelsOf(announcements), process.env)(composed).slice(0, longestAnnouncement);
    const reports = await sendAll({
      channels,
      settings: announcements ?? { channels: {}, timeout: 10_000, attempts: 4 },
      message: {
        kind,
        version,
        project: context.projectName,
        stack: context.stack,
        by: context.by,
        at: new Date().toISOString(),
        text,
        downtime: manifest.manifest.downtime,
      },
      records,
      again,
      dryRun,
      env: process.env,
      signal,
      onDone: (report) => {
        if (!dryRun) recordReport(journal, { version, kind, text }, report);
        const failed = report.outcome === "failed" || report.outcome === "partly";
        reporter.tell({
          kind: failed ? "warning" : "step",
          text: `${report.channel}: ${report.outcome}, ${report.detail}`,
        });
      },
    });
    const json = { ok: reports.every(isFine), kind, version, dryRun, text, channels: reports };
    return { exitCode: codeOf(json.ok, signal), json, text: announceText(json) };
  };
  // A lock of its own: an announcement that waits for a receiver must not hold up a rollback.
  const own = { ...context, stack: `${context.stack}.announcements` };
  return dryRun ? work() : withStackLock(own, `the announcement of ${kind} for ${version}`, work);
}

function isFine({ outcome }: ChannelReport): boolean {
  return outcome !== "failed" && outcome !== "partly";
}

function codeOf(ok: boolean, signal: AbortSignal): ExitCode {
  if (ok) return exitCodes.ok;
  return signal.aborted ? exitCodes.interrupted : exitCodes.failed;
}

/** @throws Problem when none is set up, one is named that is not, or none is told of this kind */
function channelsMeant(
  { kind, to = [] }: AnnounceOptions,
  settings: AnnouncementSettings | undefined,
): readonly Channel[] {
  const all = channelsOf(settings);
  if (all.length === 0) {
    throw wrong(
      "The stack has no channel for announcements.",
      "set greenlight:announcements; docs/announcements.md shows how",
    );
  }
  const names = all.map(({ name }) => name);
  const unknown = to.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, names);
    throw wrong(
      `There is no channel ${unknown.slice(0, 60)}.`,
      meant === undefined ? `channels here: ${names.join(", ")}` : `did you mean --to ${meant}?`,
    );
  }
  const meant = to.length > 0 ? all.filter(({ name }) => to.includes(name)) : channelsFor(kind, settings);
  if (meant.length > 0) return meant;
  throw wrong(
    `No channel is told of ${kind}.`,
    `name one with --to (${names.join(", ")}), or put ${kind} into a channel's \`on\``,
  );
}

async function healthOf(context: Context, version: string): Promise<{ healthy: number; of: number } | undefined> {
  const platform = await findPlatform(context);
  const serving = await platform?.serving();
  if (platform === undefined || serving === undefined) return undefined;
  const live = await liveNow(serving, platform);
  if (live?.version !== version) return undefined;
  return platform.healthy(live.environment);
}

/** Words of a person's own, without what would move the cursor of whoever reads them. */
function wordsOf(message: string | undefined): string | undefined {
  const words = message?.replace(/[^\P{C}\n]/gu, " ").trim();
  return words === undefined || words === "" ? undefined : words.slice(0, 2_000);
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text));
}

function wrong(happened: string, next: string): Problem {
  return new Problem({ happened, untouched: "Nothing was sent.", next, exitCode: exitCodes.usage });
}
