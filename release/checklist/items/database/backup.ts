import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { clockSkew } from "../../evidence.ts";
import { fail, item, notApplicable, pass } from "../../item.ts";

const facts = z.strictObject({
  tool: z.enum(["none", "prisma", "sql", "command"]),
  /** The update that migrates takes a snapshot first: the migration depends on it. */
  inGraph: z.boolean(),
  /** Each snapshot is restored into a scratch database and compared. */
  drill: z.boolean(),
  /** The newest snapshot that was recorded before; absent when there is none. */
  newest: z
    .strictObject({
      file: z.string().max(1_000),
      takenAt: z.iso.datetime({ offset: true }),
      /** Whether the file is there and has the recorded size. */
      whole: z.boolean(),
      /** Absent where there is no file of it. */
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    })
    .optional(),
  /** The last drill that restored a snapshot of the stack, out of the journal; absent when there was none. */
  restored: z
    .strictObject({ at: z.iso.datetime({ offset: true }), passed: z.boolean(), sentence: z.string().max(500) })
    .optional(),
});

/** Oldest snapshot that is taken where the update itself takes none: one hour. Milliseconds. */
export const oldestSnapshot = 3_600_000;

/** The seed's "Data backup completed". */
export const backup = item({
  id: "database/backup",
  group: "database",
  title: "Data backup completed",
  severity: "critical",
  when: "review",
  unoverridable: true,
  rule: "The update that migrates takes a snapshot of the database first, on which the migration depends; or a whole one was taken at most an hour ago. When the last restore drill in the stack's journal failed, a snapshot is no backup until one passes.",
  mend: "where a restore drill failed, mend what it says and run `greenlight drill snapshot`; else let the stack have the database (greenlight:database, on AWS and Kubernetes greenlight:aws.database or greenlight:kubernetes.database with its migration), which takes a snapshot before each migration",
  facts,
  judge({ tool, inGraph, drill, newest, restored }, { now }) {
    if (tool === "none") return notApplicable("the release has no migrations");
    const drilled = restored === undefined ? [] : [{ source: "the stack's journal, restore drill", at: restored.at }];
    if (restored?.passed === false) {
      return fail(`the last restore drill, at ${restored.at}, failed: ${restored.sentence}`, drilled);
    }
    if (inGraph) {
      const then = drill ? ", restored into a scratch database and compared" : "";
      const lately = restored === undefined ? "" : `; the last restore drill passed, at ${restored.at}`;
      return pass(`a snapshot is taken in the update itself${then}, before its migrations${lately}`, drilled);
    }
    if (newest === undefined) {
      return fail("the stack has no database of its own, and no snapshot of the one that is migrated is recorded");
    }
    const evidence = [
      {
        source: newest.file,
        ...(newest.sha256 === undefined ? {} : { sha256: newest.sha256 }),
        at: newest.takenAt,
      },
    ];
    if (!newest.whole) return fail(`the snapshot ${newest.file} is gone or not as it was taken`, evidence);
    const age = now.getTime() - Date.parse(newest.takenAt);
    if (age < -clockSkew) return fail(`the snapshot ${newest.file} is from the future: ${newest.takenAt}`, evidence);
    if (age > oldestSnapshot) {
      return fail(
        `the newest snapshot is ${spokenDuration(age)} old; at most ${spokenDuration(oldestSnapshot)} are taken`,
        evidence,
      );
    }
    return pass(`a snapshot was taken ${spokenDuration(Math.max(0, age))} ago`, evidence);
  },
});
