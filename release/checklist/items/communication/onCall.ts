import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { gapIn, onCallAt, onCallSummary } from "../../../evidence/onCall/shifts.ts";
import { byFiles, clockSkew, evidenceFact } from "../../evidence.ts";
import { fail, item, type Judging, pass } from "../../item.ts";
import { samePerson } from "../../samePerson.ts";

/** Longest time since a schedule was asked or somebody acknowledged: 7 days. Milliseconds. */
export const oldestOnCall = 7 * 24 * 3_600_000;

const facts = z.strictObject({
  files: z.array(evidenceFact.extend({ summary: onCallSummary.optional() })).max(50),
  /** How long the whole plan takes. */
  durationMs: z.number().nonnegative(),
  /** Whom the manifest names. */
  named: z
    .strictObject({ name: z.string().max(300), acknowledgedAt: z.iso.datetime({ offset: true }).optional() })
    .optional(),
});
type Facts = z.infer<typeof facts>;

/** The seed's "On-call engineer aware". */
export const onCall = item({
  id: "communication/on-call",
  group: "communication",
  title: "On-call engineer aware",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule: "Somebody is the first to be called now and until the plan has ended, by the schedule of PagerDuty or Opsgenie; or whom the manifest names as on call acknowledged within 7 days that they know of this release.",
  mend: "set onCall: { name, acknowledgedAt } in the manifest once they said that they know, or record the schedule with `greenlight evidence add <version> communication/on-call <file>`",
  facts,
  judge(all, judging) {
    if (all.files.length === 0) return byName(all, judging);
    return byFiles(all.files, judging, oldestOnCall, (summaries) => {
      const now = judging.now.getTime();
      const until = now + all.durationMs;
      const shifts = summaries.flatMap((it) => it.shifts);
      const asked = [...new Set(summaries.flatMap((it) => it.asked))];
      if (shifts.length === 0) return byAnswer(asked, all, judging);
      const gap = gapIn(shifts, now, until);
      if (gap === undefined) {
        const who = onCallAt(shifts, now).slice(0, 5).join(", ");
        return { verdict: "pass", reason: `${who} now, and somebody until ${new Date(until).toISOString()}` };
      }
      if (gap <= now) return { verdict: "fail", reason: "by the schedule nobody is on call now" };
      return {
        verdict: "fail",
        reason: `by the schedule nobody is on call from ${new Date(gap).toISOString()} on, and the plan takes until ${new Date(until).toISOString()}`,
      };
    });
  },
});

interface Said {
  readonly verdict: "pass" | "fail";
  readonly reason: string;
}

/** An answer that does not say until when somebody is on call stands only with their own word. */
function byAnswer(asked: readonly string[], { named }: Facts, judging: Judging): Said {
  if (asked.length === 0) return { verdict: "fail", reason: "by the schedule nobody is on call" };
  const people = asked.slice(0, 5).join(", ");
  if (named === undefined || !asked.some((it) => samePerson(it, named.name))) {
    return {
      verdict: "fail",
      reason: `${people} is on call, but the answer does not say until when: record the schedule's timeline, or let onCall in the manifest name who of them acknowledged`,
    };
  }
  const refusal = acknowledgement(named, judging.now);
  if (refusal !== undefined) return { verdict: "fail", reason: refusal };
  return { verdict: "pass", reason: `${named.name} is on call, and acknowledged at ${named.acknowledgedAt}` };
}

function byName({ named }: Facts, { now }: Judging) {
  if (named === undefined) return fail("there is no evidence, and the manifest names nobody who is on call");
  const refusal = acknowledgement(named, now);
  if (refusal !== undefined) return fail(refusal);
  return pass(`${named.name} acknowledged at ${named.acknowledgedAt}`, [
    { source: "the manifest", at: named.acknowledgedAt },
  ]);
}

function acknowledgement(named: NonNullable<Facts["named"]>, now: Date): string | undefined {
  const { name, acknowledgedAt } = named;
  if (acknowledgedAt === undefined) return `${name} is named as on call, but has not acknowledged`;
  const age = now.getTime() - Date.parse(acknowledgedAt);
  if (age < -clockSkew) return `the acknowledgement of ${name} is from the future: ${acknowledgedAt}`;
  if (age > oldestOnCall) {
    return `${name} acknowledged ${spokenDuration(age)} ago; at most ${spokenDuration(oldestOnCall)} are taken`;
  }
  return undefined;
}
