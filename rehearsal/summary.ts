import { z } from "zod";

const count = z.int().min(0);
const ms = z.number().min(0);

const scenario = z.strictObject({
  name: z.string(),
  title: z.string(),
  expected: z.string(),
  /** One sentence with figures; the reason when it threw. */
  seen: z.string(),
  ok: z.boolean(),
  allowsFailures: z.boolean(),
  /** Epoch milliseconds. */
  startedAt: z.number(),
  durationMs: ms,
  requests: count,
  failed: count,
  facts: z.record(z.string(), z.json()),
});

/** What `.greenlight/rehearsal/summary.json` holds. */
export const summaryShape = z.strictObject({
  /** True only when every scenario ended as it should and none is missing. */
  ok: z.boolean(),
  quick: z.boolean(),
  platform: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: ms,
  /** All requests of the load, and how many of those failed that ended in a scenario that allows no failure. */
  requests: count,
  failed: count,
  /** Failed requests in scenarios that allow them: processes were killed, or the release was bad on purpose. */
  failedWhereAllowed: count,
  /** Requests a second that were due, and the share of a core that sending them took. */
  load: z.strictObject({ ratePerSecond: z.number(), cpuShare: z.number() }),
  scenarios: z.array(scenario),
  switches: z.strictObject({
    count,
    /** From the moment the new weights were written to the old side's last answer. */
    lastOldAnswerMs: z.strictObject({ median: ms.nullable(), max: ms.nullable() }),
  }),
  rollbacks: z.strictObject({ verdictToLastBadAnswerMs: z.array(ms) }),
  memory: z.strictObject({
    peakBytes: count,
    /** Milliseconds from the begin; null when nothing was measured. */
    at: ms.nullable(),
    /** What the bytes are: proportional set size where the system tells it, else resident set size. */
    measure: z.enum(["pss", "rss"]),
    by: z.record(z.string(), count),
  }),
  /** What served when all was played, before it was destroyed. */
  servedAtTheEnd: z.string(),
  tools: z.record(z.string(), z.string()),
  machine: z.strictObject({ cores: count, memoryBytes: count, system: z.string() }),
});

export type Summary = z.infer<typeof summaryShape>;
export type ScenarioSummary = z.infer<typeof scenario>;

/** The middle value, or the mean of the two in the middle; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
