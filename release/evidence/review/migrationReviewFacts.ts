import { z } from "zod";
import { reviewFacts } from "./reviewFacts.ts";

const count = z.number().int().nonnegative();
const words = z.string().max(1_000);

/** Facts that database/review is judged by: as those of code/review, of the commits that touch pending migration scripts. */
export const migrationReviewFacts = reviewFacts.extend({
  tool: z.enum(["none", "prisma", "sql", "command"]),
  /** Pending migration scripts and the rollback script; the first five, and how many. */
  scripts: z.strictObject({ count, first: z.array(words).max(5) }),
  /** Those of them that are not as the commit has them. */
  uncommitted: z.strictObject({ count, first: z.array(words).max(5) }),
  /** The checklist item whose files were read. */
  source: z.enum(["database/review", "code/review"]),
});
export type MigrationReviewFacts = z.infer<typeof migrationReviewFacts>;
