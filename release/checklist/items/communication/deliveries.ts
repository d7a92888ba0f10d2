import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { clockSkew, type EvidenceRef } from "../../evidence.ts";
import { type Finding, fail, type Judging, pass } from "../../item.ts";

/** Oldest announcement that still counts: 7 days. Milliseconds. */
export const oldestAnnouncement = 7 * 24 * 3_600_000;

/** An answer is in the journal within the time that a delivery may take. Milliseconds. */
const longestUntilRecorded = 10 * 60_000;

const instant = z.iso.datetime({ offset: true });

/** What became of an announcement for one recipient, and what the journal says of its time. */
const delivery = z.strictObject({
  version: z.string().max(63),
  by: z.string().max(200),
  channel: z.string().max(63),
  to: z.string().max(300),
  ok: z.boolean(),
  status: z.number().int().optional(),
  response: z.string().max(300),
  at: instant,
  recordedAt: instant,
  /** Of the record before it. */
  previousAt: instant.optional(),
});
export type Delivery = z.infer<typeof delivery>;

/** Facts about the announcements of one kind, from the stack's journal. */
export const deliveryFacts = {
  /** The last one for each recipient; of other versions only when there is none of this one. */
  deliveries: z.array(delivery).max(100),
  /** When the deployment that is under way began; what was said later was not said before it. */
  begunAt: instant.optional(),
} as const;

export interface DeliveryFacts {
  readonly deliveries: readonly Delivery[];
  readonly begunAt?: string | undefined;
}

/** Why a delivery does not count; undefined when it does. */
export function deliveryRefusal(it: Delivery, { begunAt }: DeliveryFacts, judging: Judging): string | undefined {
  const now = judging.now.getTime();
  const at = Date.parse(it.at);
  const recorded = Date.parse(it.recordedAt);
  const named = `the announcement to ${it.to}`;
  if (it.version !== judging.version) return `${named} is of ${it.version}`;
  if (!it.ok) return `${it.to} did not get it: ${it.status === undefined ? "" : `${it.status} `}${it.response}`;
  if (at > now + clockSkew || recorded > now + clockSkew) return `${named} is from the future: ${it.at}`;
  if (at > recorded + clockSkew || recorded - at > longestUntilRecorded) {
    return `${named} is said to be from ${it.at}, its record is from ${it.recordedAt}`;
  }
  if (it.previousAt !== undefined && recorded + clockSkew < Date.parse(it.previousAt)) {
    return `${named} is from ${it.recordedAt}, earlier than the record before it (${it.previousAt})`;
  }
  if (now - at > oldestAnnouncement) {
    return `${named} is ${spokenDuration(now - at)} old; at most ${spokenDuration(oldestAnnouncement)} are taken`;
  }
  if (begunAt !== undefined && at > Date.parse(begunAt)) {
    return `${named} was made at ${it.at}, after the deployment began at ${begunAt}`;
  }
  return undefined;
}

/** Deliveries that count, and why the others do not. */
export function weigh(facts: DeliveryFacts, judging: Judging) {
  const weighed = facts.deliveries.map((it) => ({ it, refusal: deliveryRefusal(it, facts, judging) }));
  return {
    good: weighed.flatMap(({ it, refusal }) => (refusal === undefined ? [it] : [])),
    refusals: weighed.flatMap(({ refusal }) => refusal ?? []),
  };
}

/**
 * Judges by whom the manifest names: at least one of them was reached.
 *
 * @param key the manifest's key, for the reason
 * @param kind as `greenlight announce` calls it
 */
export function byRecipients(
  facts: DeliveryFacts & { readonly recipients: readonly string[] },
  judging: Judging,
  key: string,
  kind: string,
): Finding {
  const { recipients } = facts;
  if (recipients.length === 0) return fail(`the manifest names nobody in ${key}`);
  if (facts.deliveries.length === 0)
    return fail(`the journal has no announcement of kind ${kind} for ${judging.version}`);
  const { good, refusals } = weigh(facts, judging);
  const reached = recipients.filter((name) => good.some((it) => isMeant(name, it)));
  const counted = good.filter((it) => recipients.some((name) => isMeant(name, it)));
  const latest = counted.at(-1);
  if (latest === undefined) {
    const others =
      good.length === 0 ? [] : [`it reached ${some(good.map(({ to }) => to))}, but none of ${some(recipients)}`];
    return fail([...others, ...refusals.slice(0, 5)].join("; "), evidenceOf(facts.deliveries));
  }
  const missing = recipients.filter((name) => !reached.includes(name));
  const ago = spokenDuration(Math.max(0, judging.now.getTime() - Date.parse(latest.at)));
  const rest = missing.length === 0 ? "" : `; not ${some(missing)}`;
  return pass(`${latest.by} told ${some(reached)} ${ago} ago${rest}`, evidenceOf(counted));
}

export function evidenceOf(deliveries: readonly Delivery[]): readonly EvidenceRef[] {
  return deliveries.slice(-5).map(({ channel, to, at }) => ({ source: `journal: ${channel} to ${to}`, at }));
}

/** A manifest names the room, the address or the channel; a sign before it and letter case do not count. */
function isMeant(name: string, it: Delivery): boolean {
  return [it.to, it.channel].some((known) => plain(known) === plain(name));
}

function plain(name: string): string {
  return name.trim().replace(/^[#@]/, "").toLowerCase();
}

function some(names: readonly string[]): string {
  const first = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}
