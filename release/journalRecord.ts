import { z } from "zod";
import { announcementKinds } from "./announcement.ts";
import { phaseIds } from "./schedule.ts";

const text = z.string().max(4_000);
const environment = z.enum(["blue", "green"]);
const phase = z.enum(phaseIds);

const base = {
  /** Unique in the journal, such as a UUID. */
  id: z.string().min(1).max(64),
  /** ISO time with zone. */
  at: z.iso.datetime({ offset: true }),
  /** Version of the release the record belongs to. */
  version: z.string().min(1).max(63),
  by: z.string().min(1).max(200),
  pid: z.number().int().nonnegative(),
  /** Whatever else is worth keeping; never secrets. */
  details: z.record(z.string().max(100), z.json()).optional(),
};

const record = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ ...base, type: z.literal(type), ...shape });

/** Where traffic went, as read back from the platform. `fromVersion` is absent at the first deployment. */
const moved = {
  to: environment,
  toVersion: z.string().min(1).max(63),
  fromVersion: z.string().min(1).max(63).optional(),
};

/** What became of an announcement for one recipient. */
export const announcementResult = z.strictObject({
  /** The channel's name in the settings. */
  channel: z.string().min(1).max(63),
  /** Whom it is for, as the settings say: a room, an address, a page. */
  to: z.string().min(1).max(300),
  ok: z.boolean(),
  /** Status of HTTP or SMTP; absent when there was no answer. */
  status: z.number().int().min(0).max(999).optional(),
  /** What was answered or what went wrong, shortened, without secrets. */
  response: z.string().max(300),
  /** What the receiver calls it, such as the id of a maintenance. */
  reference: z.string().max(100).optional(),
  /** ISO time of the answer. */
  at: z.iso.datetime({ offset: true }),
});
export type AnnouncementResult = z.infer<typeof announcementResult>;

/** Schema of one journal record, without the link to the line before it. */
export const journalRecordSchema = z.discriminatedUnion("type", [
  record("release-started", { manifestDigest: text, live: environment.optional(), liveVersion: text.optional() }),
  record("phase-started", { phase }),
  record("phase-done", { phase }),
  record("phase-failed", { phase, reason: text }),
  record("phase-skipped", { phase, reason: text }),
  /** A canary's share was reached, or passed with a verdict. */
  record("stage", {
    percent: z.number().int().min(1).max(100),
    is: z.enum(["reached", "passed"]),
    sentence: text.optional(),
  }),
  /** The last step of a walk through stages has begun, to all of the traffic or back: it takes no order any more. */
  record("walk-over", { to: z.enum(["all", "back"]) }),
  record("order", {
    order: z.enum(["pause", "resume", "promote", "abort"]),
    orderedBy: z.string().min(1).max(200),
    orderedAt: z.iso.datetime(),
  }),
  record("switch", { ...moved, reason: text.optional() }),
  record("verdict", { verdict: z.enum(["go", "no-go", "undecided"]), sentence: text }),
  record("rollback", { ...moved, reason: text, database: z.enum(["kept", "script", "snapshot"]) }),
  record("announcement", {
    kind: z.enum(announcementKinds),
    /** Whom it reached, by name; `terminal` when nobody but who ran the command. */
    to: z.array(text).max(100),
    text,
    /** What became of it for each recipient; absent in journals of before and where nothing was sent. */
    results: z.array(announcementResult).max(100).optional(),
  }),
  record("interrupted", { phase: phase.optional() }),
  record("drill", { kind: z.enum(["rollback", "restore"]), passed: z.boolean(), sentence: text }),
  record("release-ended", {
    outcome: z.enum(["released", "rolled-back", "refused", "failed", "abandoned"]),
    sentence: text,
  }),
]);

/** One thing that happened. */
export type JournalRecord = z.infer<typeof journalRecordSchema>;
