import { z } from "zod";
import { evidenceFact } from "../../checklist/evidence.ts";
import { reviewSummary, securitySummary } from "./reviewSummary.ts";

const count = z.number().int().nonnegative();
const words = z.string().max(1_000);

/** Changed files that the same people own. */
const owned = z.strictObject({
  owners: z.array(words).max(100),
  count,
  /** The first five. */
  paths: z.array(words).max(5),
});

/** Facts that code/review is judged by. */
export const reviewFacts = z.strictObject({
  files: z.array(evidenceFact.extend({ summary: reviewSummary.optional() })).max(50),
  /** The tag of the release before; absent for the first one. */
  since: words.optional(),
  /** Commits of this release, without merges that add nothing. */
  commits: count,
  /** How many of them each pull request of the files holds. */
  pulls: z.array(z.strictObject({ number: count, commits: count })).max(500),
  /** Commits outside every pull request that a `Reviewed-by:` of somebody else stands in. */
  signed: count,
  /** Who signed them; the first five. */
  signers: z.array(words).max(5),
  /** Commits that are in no pull request and signed by nobody else. */
  bare: z.strictObject({ count, first: z.array(z.strictObject({ commit: words, subject: words })).max(5) }),
  /** Migration scripts that changed and that CODEOWNERS names owners for. */
  owned: z.array(owned).max(100),
  /** Addresses out of `Reviewed-by:` trailers, for owners that are named by theirs. */
  addresses: z.array(words).max(200),
});
export type ReviewFacts = z.infer<typeof reviewFacts>;

/** Facts that code/security-review is judged by. */
export const securityFacts = z.strictObject({
  /** The item's own files, or those of code/review. */
  files: z.array(evidenceFact.extend({ summary: securitySummary.optional() })).max(50),
  since: words.optional(),
  /** The CODEOWNERS file that was in force; absent when there is none. */
  codeOwners: words.optional(),
  /** Everybody in its section for security. */
  owners: z.array(words).max(500),
  /** Changed files that are named there. */
  owned: z.array(owned).max(100),
  /** How many files were changed. */
  changed: count,
  /** Whoever had part in this release: a review signed in a file must be of somebody else. */
  people: z.array(words).max(5_000),
});
export type SecurityFacts = z.infer<typeof securityFacts>;
export type OwnedFiles = z.infer<typeof owned>;
