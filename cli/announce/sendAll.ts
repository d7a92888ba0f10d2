import { randomUUID } from "node:crypto";
import { type Channel, channelsOf } from "../../release/announcements/routing.ts";
import { maintenanceReference, reachedAlready } from "../../release/announcements/sent.ts";
import type { AnnouncementSettings } from "../../release/announcements/settings.ts";
import type { AnnouncementResult, JournalRecord } from "../../release/journalRecord.ts";
import { sentence } from "../../release/problem.ts";
import { type Delivery, forAll, type Given, type Message, type NothingToSay, shortened } from "./delivery.ts";
import { email } from "./email.ts";
import { type Pace, persist, usualPace } from "./persist.ts";
import { maskerOf } from "./secrets.ts";
import { slack } from "./slack.ts";
import { statuspage } from "./statuspage.ts";
import { teams } from "./teams.ts";
import { webhook } from "./webhook.ts";

/** What became of an announcement in one channel. */
export interface ChannelReport {
  readonly channel: string;
  readonly type: string;
  readonly to: readonly string[];
  /** `partly`: some addresses were reached. `already`: all were before. `nothing`: it has nothing to say. `planned`: a dry run. */
  readonly outcome: "sent" | "partly" | "failed" | "already" | "nothing" | "planned";
  /** In words; of what failed, why. */
  readonly detail: string;
  readonly results: readonly AnnouncementResult[];
  /** Exactly what is sent; without secrets. */
  readonly shown: string;
}

export interface SendArgs {
  readonly channels: readonly Channel[];
  readonly settings: AnnouncementSettings;
  readonly message: Omit<Message, "id">;
  /** The journal; who was reached before is left out. */
  readonly records: readonly JournalRecord[];
  readonly again: boolean;
  readonly dryRun: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told as soon as a channel is done, in the order in which they are. */
  readonly onDone: (report: ChannelReport) => void;
  readonly pace?: Partial<Pace>;
}

const makers: Readonly<
  Record<Channel["settings"]["type"], (settings: Channel["settings"], given: Given) => Delivery | NothingToSay>
> = { slack, teams, webhook, email, statuspage };

/**
 * Sends an announcement to all channels, side by side. A channel that fails is in the answer and holds no other one up; it rejects
 * only when `onDone` throws.
 */
export async function sendAll(args: SendArgs): Promise<readonly ChannelReport[]> {
  // All of the stack's secrets, not only those of the channels that are told something.
  const mask = maskerOf([...channelsOf(args.settings), ...args.channels], args.env);
  const message = { ...args.message, text: mask(args.message.text) };
  return Promise.all(
    args.channels.map(async (channel) => {
      const report = await sendOne(channel, message, args, mask);
      args.onDone(report);
      return report;
    }),
  );
}

async function sendOne(
  channel: Channel,
  message: Omit<Message, "id">,
  { settings, records, again, dryRun, env, signal, pace }: SendArgs,
  mask: (text: string) => string,
): Promise<ChannelReport> {
  const { name, settings: own } = channel;
  const base = { channel: name, type: own.type, results: [], shown: "" } as const;
  const before = reachedAlready(records, message.version, message.kind).filter((it) => it.channel === name);
  const to = again ? channel.to : channel.to.filter((it) => !before.some((result) => result.to === it));
  if (to.length === 0) {
    return { ...base, to: channel.to, outcome: "already", detail: `sent at ${before.at(-1)?.at ?? "an unknown time"}` };
  }
  const maintenance = maintenanceReference(records, message.version, name);
  const given = { name, to, env, maintenance, message: { ...message, id: randomUUID() } };
  const delivery = makers[own.type](own, given);
  if ("nothing" in delivery) return { ...base, to, outcome: "nothing", detail: delivery.nothing };
  const shown = mask(delivery.shown);
  if (dryRun) {
    const { problem } = delivery;
    return {
      ...base,
      to,
      shown,
      outcome: "planned",
      detail: problem === undefined ? "not sent" : `not sent; ${problem}`,
    };
  }
  const times = { ...usualPace, attempts: settings.attempts, timeoutMs: settings.timeout, ...pace };
  const outcomes = await persist(delivery, times, signal).catch((error: unknown) =>
    forAll(to, { ok: false, response: shortened(sentence(error)) }),
  );
  const at = new Date().toISOString();
  const results = outcomes.map(
    ({ to: whom, ok, status, response, reference }): AnnouncementResult => ({
      channel: name,
      to: whom,
      ok,
      ...(status === undefined ? {} : { status }),
      response: shortened(mask(response)),
      ...(reference === undefined ? {} : { reference }),
      at,
    }),
  );
  return { ...base, to, shown, results, ...judged(results) };
}

function judged(results: readonly AnnouncementResult[]): Pick<ChannelReport, "outcome" | "detail"> {
  const failed = results.filter(({ ok }) => !ok);
  const say = ({ status, response }: AnnouncementResult) => `${status === undefined ? "" : `${status} `}${response}`;
  const [first] = results;
  if (failed.length === 0) return { outcome: "sent", detail: first === undefined ? "nobody" : say(first) };
  const detail = failed.map((it) => (results.length === 1 ? say(it) : `${it.to}: ${say(it)}`)).join("; ");
  return { outcome: failed.length === results.length ? "failed" : "partly", detail };
}
