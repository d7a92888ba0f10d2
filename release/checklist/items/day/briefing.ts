import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { clockSkew } from "../../evidence.ts";
import { fail, item, pass } from "../../item.ts";
import { clockFacts, clockFault } from "./clock.ts";

/** A briefing is of the day: 24 hours. Milliseconds. */
export const briefingMaxAge = 24 * 3_600_000;

const facts = z.strictObject({
  ...clockFacts,
  /** The newest briefing of this version in the stack's journal, in all channels together. */
  briefing: z
    .strictObject({
      /** When the first of those whom it reached was told. */
      at: z.iso.datetime({ offset: true }),
      by: z.string().max(200),
      /** Whom it reached, the first few by name. */
      reached: z.array(z.string().max(300)).max(5),
      reachedCount: z.number().int().nonnegative(),
      failed: z.array(z.string().max(700)).max(5),
      failedCount: z.number().int().nonnegative(),
    })
    .optional(),
});

/** The seed's "Brief team on deployment steps". */
export const briefing = item({
  id: "day/briefing",
  group: "day",
  title: "Brief team on deployment steps",
  severity: "medium",
  when: "day",
  unoverridable: false,
  rule:
    "The stack's journal has a briefing of this version, at most 24 hours old and made after the commit, that reached somebody and, over " +
    "all channels, failed for nobody who was not reached later.",
  mend: "greenlight announce brief <version>, with --again when the last one is too old",
  facts,
  judge(it, judging) {
    const fault = clockFault(it, judging);
    if (fault !== undefined) return fail(fault);
    const { briefing: found } = it;
    if (found === undefined) return fail("the journal has no briefing of this version");
    const evidence = [{ source: "journal", at: found.at }];
    const at = Date.parse(found.at);
    const age = judging.now.getTime() - at;
    if (age < -clockSkew) return fail(`the briefing is from the future: ${found.at}`, evidence);
    if (age > briefingMaxAge) {
      return fail(
        `the briefing is ${spokenDuration(age)} old; at most ${spokenDuration(briefingMaxAge)} are taken`,
        evidence,
      );
    }
    if (judging.committedAt !== undefined && at + clockSkew < judging.committedAt.getTime()) {
      return fail(`the briefing is from ${found.at}, before the commit that is released was made`, evidence);
    }
    if (found.failedCount > 0) {
      return fail(`the briefing did not reach ${found.failedCount}: ${found.failed.join(", ")}`, evidence);
    }
    if (found.reachedCount === 0) return fail("the briefing was sent to nobody", evidence);
    return pass(`${found.by} briefed ${found.reached.join(", ")} ${spokenDuration(Math.max(0, age))} ago`, evidence);
  },
});
