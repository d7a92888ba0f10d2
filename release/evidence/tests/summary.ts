import { z } from "zod";
import { longestName } from "../shown.ts";

/** How many names a summary holds of the skipped tests, of which each must be known; of failures five are enough. */
export const mostNames = { skipped: 500, failed: 5, retried: 5, contradictions: 5 } as const;

const count = z.number().int().nonnegative();
const name = z.string().max(longestName);

/** What a test report says, counted over its test cases. */
export const testsSummary = z.strictObject({
  tests: count,
  failed: count,
  /** Tests and suites that broke before they could fail. */
  errors: count,
  skipped: count,
  /** The first five that failed or broke. */
  failedNames: z.array(name).max(mostNames.failed),
  /** `classname > name`; when `skipped` is more than these, the rest is not known by name. */
  skippedNames: z.array(name).max(mostNames.skipped),
  /** Tests that passed, but not on the first try. */
  retried: count,
  retriedNames: z.array(name).max(mostNames.retried),
  /** Where the report's own totals say something else than its test cases. */
  contradictions: z.array(z.string().max(longestName)).max(mostNames.contradictions),
  /** ISO time of the earliest suite, where the report has it. */
  at: z.iso.datetime({ offset: true }).optional(),
  /** Whether that time came with its zone; if not, it was read as UTC and may be 14 hours off. */
  zoned: z.boolean().optional(),
});
export type TestsSummary = z.infer<typeof testsSummary>;
