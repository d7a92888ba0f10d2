import { z } from "zod";
import { longestName } from "../shown.ts";

/** How many different findings, and statements about findings, a summary holds. */
export const mostFindings = 200;

const count = z.number().int().nonnegative();

/** A critical or high finding: what, where, how often. */
export const findingShape = z.strictObject({
  /** The tool's id of it: a CVE, an advisory, a rule. */
  id: z.string().max(longestName),
  /** The package or file. */
  where: z.string().max(longestName).optional(),
  severity: z.enum(["critical", "high"]),
  count,
  /** The report itself sets it aside, which alone counts for nothing. */
  suppressed: z.boolean(),
});
export type SecurityFinding = z.infer<typeof findingShape>;

/** What a security report says. */
export const securitySummary = z.strictObject({
  tool: z.string().max(100),
  /** `scan`: somebody looked for findings. `analysis`: somebody judged findings (VEX), which alone is no scan. */
  kind: z.enum(["scan", "analysis"]),
  counts: z.strictObject({ critical: count, high: count, medium: count, low: count, info: count }),
  /** Each different critical or high one, up to 200. */
  findings: z.array(findingShape).max(mostFindings),
  /** Different critical and high ones beyond these, which nothing can accept. */
  more: count,
  /** Findings that an analysis says do no harm, and why. */
  cleared: z
    .array(z.strictObject({ id: z.string().max(longestName), why: z.string().max(longestName) }))
    .max(mostFindings),
  /** Why the scan was none: it failed, or looked at nothing. */
  failure: z.string().max(longestName).optional(),
  /** ISO time, where the report has it. */
  at: z.iso.datetime({ offset: true }).optional(),
  /** The revisions that it says it speaks of. */
  commits: z.array(z.string().max(longestName)).max(10),
});
export type SecuritySummary = z.infer<typeof securitySummary>;
