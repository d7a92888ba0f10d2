import { z } from "zod";
import { readJson, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import type { OnCallSummary, Shift } from "./shifts.ts";

const time = z.iso.datetime({ offset: true });
const mostShifts = 200;

const pagerDuty = z.object({
  oncalls: z
    .array(
      z.object({
        escalation_level: z.number().int(),
        user: z.object({ summary: z.string().nullish(), name: z.string().nullish(), id: z.string().nullish() }),
        start: time.nullable(),
        end: time.nullable(),
      }),
    )
    .max(100_000),
});

const recipient = z.object({ type: z.string(), name: z.string().nullish(), id: z.string().nullish() });
const onCalls = z.object({
  data: z.object({
    _parent: z.object({ name: z.string().nullish(), enabled: z.boolean().optional() }),
    onCallParticipants: z.array(recipient).max(1_000).optional(),
    onCallRecipients: z.array(z.string()).max(1_000).optional(),
  }),
});
const timeline = z.object({
  data: z.object({
    _parent: z.object({ enabled: z.boolean().optional() }).optional(),
    finalTimeline: z.object({
      rotations: z
        .array(
          z.object({
            periods: z
              .array(
                z.object({
                  startDate: time,
                  endDate: time,
                  recipient: recipient.nullish(),
                  flattenedRecipients: z.array(recipient).max(100).optional(),
                }),
              )
              .max(10_000)
              .optional(),
          }),
        )
        .max(1_000),
    }),
  }),
});

/**
 * Reads who is on call: PagerDuty's `/oncalls`, of which only the first escalation level counts; Opsgenie's `/schedules/{id}/timeline`,
 * or its `/schedules/{id}/on-calls`, which does not say until when.
 *
 * @throws Error with one sentence for what is none of them
 */
export function readOnCall(bytes: Buffer): OnCallSummary {
  const value = readJson(bytes);
  if (has(value, "oncalls")) {
    const { oncalls } = shaped(pagerDuty, value, "PagerDuty");
    const first = oncalls.filter((it) => it.escalation_level === 1);
    return {
      tool: "PagerDuty",
      shifts: bounded(first.map((it) => shiftOf(nameOf(it.user.summary, it.user.name, it.user.id), it.start, it.end))),
      asked: [],
    };
  }
  if (!has(value, "data")) throw new Error("it is no answer about who is on call, neither PagerDuty's nor Opsgenie's");
  if (has(value.data, "finalTimeline")) {
    const { data } = shaped(timeline, value, "Opsgenie");
    if (data._parent?.enabled === false) throw new Error("its schedule is switched off");
    const shifts = data.finalTimeline.rotations.flatMap((it) =>
      (it.periods ?? []).flatMap((one) =>
        // A team or an escalation is nobody yet; who is behind it is listed beside it.
        [...(one.recipient ? [one.recipient] : []), ...(one.flattenedRecipients ?? [])]
          .filter((who) => who.type === "user")
          .map((who) => shiftOf(nameOf(who.name, undefined, who.id), one.startDate, one.endDate)),
      ),
    );
    return { tool: "Opsgenie", shifts: bounded(shifts), asked: [] };
  }
  const { data } = shaped(onCalls, value, "Opsgenie");
  if (data.onCallParticipants === undefined && data.onCallRecipients === undefined) {
    throw new Error("it does not say who is on call");
  }
  if (data._parent.enabled === false) throw new Error("its schedule is switched off");
  const people = [
    ...(data.onCallParticipants ?? [])
      .filter((it) => it.type === "user")
      .map((it) => nameOf(it.name, undefined, it.id)),
    ...(data.onCallRecipients ?? []),
  ];
  return {
    tool: "Opsgenie",
    shifts: [],
    asked: [...new Set(people.map((it) => shown(it)))].filter((it) => it !== "").slice(0, 50),
  };
}

function shiftOf(who: string, start: string | null, end: string | null): Shift {
  if (start !== null && end !== null && Date.parse(end) < Date.parse(start)) {
    throw new Error(`it has a shift that ends before it begins: ${start} to ${end}`);
  }
  return { who: shown(who), ...(start === null ? {} : { from: start }), ...(end === null ? {} : { until: end }) };
}

/** The earliest first. */
function bounded(shifts: readonly Shift[]): Shift[] {
  const end = (it: Shift) => (it.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(it.until));
  const start = (it: Shift) => (it.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(it.from));
  const named = shifts.filter((it) => it.who !== "");
  if (named.length > mostShifts) {
    throw new Error(`it has more than ${mostShifts} shifts: ask for a shorter time, or for one schedule`);
  }
  return named.toSorted((a, b) => start(a) - start(b) || end(a) - end(b));
}

function nameOf(...names: readonly (string | null | undefined)[]): string {
  return names.find((it) => typeof it === "string" && it.trim() !== "") ?? "";
}

function has<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
