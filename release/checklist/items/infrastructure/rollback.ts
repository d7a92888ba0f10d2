import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { type RehearsalSummary, rehearsalSummary } from "../../../evidence/drill/rehearsal.ts";
import { type RollbackSummary, rollbackSummary } from "../../../evidence/drill/rollback.ts";
import { byFiles, clockSkew, filesFact } from "../../evidence.ts";
import { fail, item, type Judging, notApplicable, pass } from "../../item.ts";
import { contradictionOf } from "../../saidItself.ts";

/** Longest time since a drill: 30 days. Milliseconds. */
export const oldestDrill = 30 * 24 * 3_600_000;

const version = z.string().max(63);

/** Summaries of rehearsals, and rollbacks done elsewhere. */
const facts = filesFact(z.union([rehearsalSummary, rollbackSummary])).extend({
  /** The version that serves; absent at a first deployment. */
  liveVersion: version.optional(),
  /** Drills of a rollback and rollbacks themselves, out of the journal; the last twenty. */
  deeds: z
    .array(
      z.strictObject({
        kind: z.enum(["drill", "rollback"]),
        at: z.iso.datetime({ offset: true }),
        /** Versions that it had to do with. */
        versions: z.array(version).max(3),
        passed: z.boolean(),
        sentence: z.string().max(500),
      }),
    )
    .max(20),
});
type Facts = z.infer<typeof facts>;

/** The seed's "Rollback plan tested": the way back was gone, lately. */
export const rollback = item({
  id: "infrastructure/rollback",
  group: "infrastructure",
  title: "Rollback plan tested",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule:
    "Within 30 days a rollback of this version or of the one that serves was drilled or done, by the stack's journal; or a rehearsal recorded " +
    "for this commit ended well and rolled back a bad release; or a recorded `greenlight rollback --json` of this version, such as in staging, " +
    "went back and was verified. The last one counts: when it failed, the way back is not tested. A first deployment has no way back.",
  mend:
    "`greenlight rollback --json --reason drill > rollback.json` in staging, or `greenlight rehearse`, then `greenlight evidence add " +
    "<version> infrastructure/rollback <rollback.json or .greenlight/rehearsal/summary.json>`",
  facts,
  judge(all, judging) {
    if (all.liveVersion === undefined) return notApplicable("nothing is live that a rollback could go back to");
    if (all.files.length === 0) return byJournal(all, judging);
    const contradiction = all.files.flatMap(
      (it) => contradictionOf(it, { at: it.summary?.at }, judging, oldestDrill) ?? [],
    )[0];
    return byFiles(all.files, judging, oldestDrill, (summaries) => {
      const fault = contradiction ?? summaries.flatMap((it) => refusal(it, judging) ?? [])[0];
      if (fault !== undefined) return { verdict: "fail", reason: fault };
      const said = summaries.map((it) =>
        "backMs" in it
          ? `from ${it.from} back to ${it.to} at ${it.at}, in ${spokenDuration(it.backMs)}`
          : `${it.rolledBack.join(" and ")} at ${it.at}, back within ${spokenDuration(it.slowestMs ?? Number.NaN)}`,
      );
      return { verdict: "pass", reason: `rehearsed: ${said.join("; ")}` };
    });
  },
});

function refusal(it: RehearsalSummary | RollbackSummary, { now, version: own }: Judging): string | undefined {
  if ("backMs" in it) {
    if (it.fault !== undefined) return `the rollback from ${it.from} to ${it.to} proves nothing: ${it.fault}`;
    if (it.from !== own) return `it is a rollback from ${it.from}, not from ${own}`;
    return timeRefusal("the rollback", it.at, now);
  }
  if (!it.ok) {
    const why = it.failed.length === 0 ? "scenarios are missing" : it.failed.join(", ");
    return `the rehearsal did not end as it should: ${why}`;
  }
  if (it.rolledBack.length === 0 || it.measured === 0) {
    return `the rehearsal of ${it.scenarios} scenarios rolled nothing back`;
  }
  return timeRefusal("the rehearsal", it.at, now);
}

function byJournal({ deeds, liveVersion = "" }: Facts, { version: own, now }: Judging) {
  const meant = new Set([own, liveVersion]);
  const last = deeds
    .filter((it) => it.versions.some((one) => meant.has(one)))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .at(-1);
  const which = [...meant].join(" or ");
  if (last === undefined) return fail(`no rollback of ${which} was drilled, rehearsed or done`);
  if (!last.passed) return fail(`the last ${last.kind} of ${last.versions.join(", ")} failed: ${last.sentence}`);
  const refused = timeRefusal(`the last ${last.kind}`, last.at, now);
  if (refused !== undefined) return fail(refused);
  return pass(`${last.kind} at ${last.at}: ${last.sentence}`, [{ source: "the stack's journal", at: last.at }]);
}

function timeRefusal(what: string, at: string, now: Date): string | undefined {
  const age = now.getTime() - Date.parse(at);
  if (age < -clockSkew) return `${what} is from the future: ${at}`;
  if (age > oldestDrill) {
    return `${what} was ${spokenDuration(age)} ago; at most ${spokenDuration(oldestDrill)} are taken`;
  }
  return undefined;
}
