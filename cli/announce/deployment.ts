import type { AnnouncementKind } from "../../release/announcement.ts";
import { channelsFor, channelsOf } from "../../release/announcements/routing.ts";
import type { AnnouncementSettings } from "../../release/announcements/settings.ts";
import type { Context } from "../context.ts";
import type { JournalFile } from "../journal/journalFile.ts";
import type { Reporter } from "../reporter.ts";
import { recordReport } from "./record.ts";
import { maskerOf } from "./secrets.ts";

export interface DeploymentAnnouncement {
  readonly context: Pick<Context, "projectName" | "stack" | "by">;
  /** The stack's `greenlight:announcements`; without it the terminal and the journal have it alone. */
  readonly settings: AnnouncementSettings | undefined;
  readonly journal: JournalFile;
  readonly reporter: Reporter;
  readonly version: string;
  readonly kind: Extract<AnnouncementKind, "start" | "complete" | "rollback">;
  readonly text: string;
  readonly signal: AbortSignal;
}

/**
 * Announces a deployment's start, completion or rollback: on the terminal, in the journal, and to the channels that are told of it.
 * A channel that cannot be reached is a warning and never holds up what is announced; rejects only when the journal cannot be written.
 */
export async function announceDeployment(it: DeploymentAnnouncement): Promise<void> {
  const { context, settings, journal, reporter, version, kind, signal } = it;
  const text = maskerOf(channelsOf(settings), process.env)(it.text);
  const channels = channelsFor(kind, settings);
  reporter.tell({ kind: "step", text });
  if (settings === undefined || channels.length === 0) {
    journal.append({ type: "announcement", version, kind, to: ["terminal"], text });
    return;
  }
  // Read only now: a rollback does not wait for code that it may not need.
  const { sendAll } = await import("./sendAll.ts");
  await sendAll({
    channels,
    settings,
    message: {
      kind,
      version,
      project: context.projectName,
      stack: context.stack,
      by: context.by,
      at: new Date().toISOString(),
      text,
    },
    records: journal.read().records,
    again: false,
    dryRun: false,
    env: process.env,
    signal,
    onDone: (report) => {
      recordReport(journal, { version, kind, text }, report);
      const { channel, outcome, detail } = report;
      if (outcome === "failed" || outcome === "partly") {
        reporter.tell({
          kind: "warning",
          text: `${channel} did not get the announcement: ${detail}. To send it again: greenlight announce ${kind} ${version} --to ${channel}`,
        });
      }
    },
  });
}
