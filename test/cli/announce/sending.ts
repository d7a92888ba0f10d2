import { type ChannelReport, type SendArgs, sendAll } from "../../../cli/announce/sendAll.ts";
import type { AnnouncementKind } from "../../../release/announcement.ts";
import { channelsOf } from "../../../release/announcements/routing.ts";
import { announcementsShape } from "../../../release/announcements/settings.ts";

export const at = "2026-03-04T12:00:00.000Z";

/** Pauses that a test can wait for. Milliseconds. */
export const quick = { firstPauseMs: 1, longestPauseMs: 2_000, longestMs: 20_000, timeoutMs: 5_000 } as const;

/** Sends one announcement to channels as a stack file would name them. */
export async function send(
  channels: Readonly<Record<string, object>>,
  over: Partial<Omit<SendArgs, "message">> & {
    readonly kind?: AnnouncementKind;
    readonly text?: string;
    readonly attempts?: number;
    readonly downtime?: { readonly from: string; readonly until: string };
  } = {},
): Promise<readonly ChannelReport[]> {
  const {
    kind = "start",
    text = "🚀 Deploying v1.2.3 to production\nETA: 30 minutes",
    downtime,
    attempts,
    ...rest
  } = over;
  const settings = announcementsShape.parse({ channels, ...(attempts === undefined ? {} : { attempts }) });
  return sendAll({
    channels: channelsOf(settings),
    settings,
    message: { kind, version: "v1.2.3", project: "shop", stack: "prod", by: "anna", at, text, downtime },
    records: [],
    again: false,
    dryRun: false,
    env: {},
    signal: new AbortController().signal,
    onDone: () => undefined,
    pace: quick,
    ...rest,
  });
}

/** The only report of one channel. */
export async function sendOne(channel: object, over: Parameters<typeof send>[1] = {}): Promise<ChannelReport> {
  const [report] = await send({ deploys: channel }, over);
  if (report === undefined) throw new Error("no channel reported");
  return report;
}
