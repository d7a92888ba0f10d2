import { z } from "zod";
import { spokenDuration } from "../../../duration.ts";
import { fail, item, pass } from "../../item.ts";
import { leastWatchMs } from "../../leastWatch.ts";

const facts = z.strictObject({
  /** How long the candidate is watched after the switch. Milliseconds. */
  watchForMs: z.number().nonnegative(),
  /** Time between two looks. Milliseconds. */
  everyMs: z.number().nonnegative(),
  /** The shortest such watch that the stack's settings take. Milliseconds. */
  leastMs: z.number().nonnegative(),
  /** Shares of failed requests, 0 to 1, and how long they must last. */
  errorRate: z.number(),
  errorForMs: z.number().nonnegative(),
  p95Ms: z.number().nonnegative(),
  /**
   * Whether the thresholds are where the watch reads them. `not yet`: the stack was never deployed, the update that does it arms them.
   */
  armed: z.enum(["armed", "missing", "unreadable", "not yet"]),
  /** Services that the stack has and the armed alarms do not watch. */
  unwatched: z.array(z.string().max(100)).max(100),
});

/** The seed's "Not monitoring after deployment". */
export const unwatched = item({
  id: "anti-patterns/unwatched",
  group: "anti-patterns",
  title: "Not monitoring after deployment",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule:
    "The candidate is watched for at least 5 minutes after the switch (greenlight:watch.for), or as long as greenlight:checklist.leastWatch says, in at least three looks, against thresholds that " +
    "can be crossed and are armed for every service. An error rate that must last longer than the watch would never be seen.",
  mend: "set greenlight:watch.for, and thresholds that fit into it; `pulumi up` arms them",
  facts,
  judge(it) {
    const least =
      it.leastMs < leastWatchMs
        ? `at least ${spokenDuration(it.leastMs)} by this stack's setting, ${spokenDuration(leastWatchMs)} by default`
        : `at least ${spokenDuration(it.leastMs)}`;
    const faults = [
      ...(it.watchForMs < it.leastMs ? [`it is watched for ${spokenDuration(it.watchForMs)}, wanted is ${least}`] : []),
      ...(it.everyMs * 3 > it.watchForMs
        ? [`a look every ${spokenDuration(it.everyMs)} gives fewer than three in ${spokenDuration(it.watchForMs)}`]
        : []),
      ...(it.errorRate >= 1 ? ["an error rate of 100 % is never exceeded"] : []),
      ...(it.errorForMs > it.watchForMs
        ? [
            `an error rate that must last ${spokenDuration(it.errorForMs)} is not seen in ${spokenDuration(it.watchForMs)} of watching`,
          ]
        : []),
      ...(it.armed === "missing" ? ["no threshold is armed"] : []),
      ...(it.armed === "unreadable" ? ["the armed thresholds cannot be read"] : []),
      ...(it.unwatched.length > 0 ? [`the alarms do not watch ${it.unwatched.slice(0, 5).join(", ")}`] : []),
    ];
    if (faults.length > 0) return fail(faults.join("; "));
    const limits = `more than ${+(it.errorRate * 100).toFixed(2)} % errors for ${spokenDuration(it.errorForMs)} or p95 over ${spokenDuration(it.p95Ms)}`;
    const lowered = it.leastMs < leastWatchMs ? ` (${least})` : "";
    return pass(`watched for ${spokenDuration(it.watchForMs)}${lowered}; no-go at ${limits}`);
  },
});
