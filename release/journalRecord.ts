import { z } from "zod";
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

/** Schema of one journal record, without the link to the line before it. */
export const journalRecordSchema = z.discriminatedUnion("type", [
  record("release-started", { manifestDigest: text, live: environment.optional(), liveVersion: text.optional() }),
  record("phase-started", { phase }),
  record("phase-done", { phase }),
  record("phase-failed", { phase, reason: text }),
  record("phase-skipped", { phase, reason: text }),
  record("switch", { ...moved, reason: text.optional() }),
  record("verdict", { verdict: z.enum(["go", "no-go", "undecided"]), sentence: text }),
  record("rollback", { ...moved, reason: text, database: z.enum(["kept", "script", "snapshot"]) }),
  record("announcement", { kind: z.enum(["start", "complete", "rollback"]), to: z.array(text).max(100), text }),
  record("interrupted", { phase: phase.optional() }),
  record("drill", { kind: z.enum(["rollback", "restore"]), passed: z.boolean(), sentence: text }),
  record("release-ended", {
    outcome: z.enum(["released", "rolled-back", "refused", "failed", "abandoned"]),
    sentence: text,
  }),
]);

/** One thing that happened. */
export type JournalRecord = z.infer<typeof journalRecordSchema>;
