import { z } from "zod";

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const name = z.string().min(1).max(300);
const time = z.iso.datetime({ offset: true });

/** Most people, reviews and pull requests that are taken of one file. */
export const reviewLimits = { people: 1_000, opinions: 400, pulls: 50, members: 500, teams: 50 } as const;

/** What somebody last said of a pull request, or last but for what was dismissed. */
export const opinion = z.strictObject({
  by: name,
  says: z.enum(["approved", "changes requested", "dismissed"]),
  /** The head that they looked at; absent when the API does not say. */
  commit: sha.optional(),
  at: time,
  /** Whether they belong to the repository: its owner, a member or a collaborator. */
  member: z.boolean(),
  bot: z.boolean(),
});
export type Opinion = z.infer<typeof opinion>;

/** One pull request and what was said of it. */
export const pullSummary = z.strictObject({
  number: z.number().int().positive(),
  state: z.enum(["open", "merged", "closed"]),
  draft: z.boolean(),
  head: sha,
  base: sha,
  mergeCommit: sha.optional(),
  /** Login, names and e-mail addresses of whoever opened it, wrote, committed or co-authored what is in it. */
  people: z.array(name).max(reviewLimits.people),
  opinions: z.array(opinion).max(reviewLimits.opinions),
});
export type PullSummary = z.infer<typeof pullSummary>;

/** Who belongs to a team that CODEOWNERS names, such as `shop/security`. */
export const teamMembers = z.strictObject({ team: name, members: z.array(name).max(reviewLimits.members) });
export type TeamMembers = z.infer<typeof teamMembers>;

/** What a file of pull request reviews says. */
export const reviewSummary = z.strictObject({
  pulls: z.array(pullSummary).min(1).max(reviewLimits.pulls),
  teams: z.array(teamMembers).max(reviewLimits.teams),
});
export type ReviewSummary = z.infer<typeof reviewSummary>;

/** A security review written down in a file of its own. */
export const signedReview = z.strictObject({
  /** The commit that was reviewed. */
  commit: sha,
  /** Login with @, or e-mail address, as CODEOWNERS has it. */
  reviewer: name,
  at: time,
  outcome: z.enum(["passed", "failed"]),
  /** What was looked at, in a sentence. */
  scope: z.string().min(10).max(1_000),
  /** What was found, each with whether it is mended. */
  findings: z
    .array(
      z.strictObject({
        title: z.string().min(1).max(300),
        severity: z.enum(["critical", "high", "medium", "low"]),
        mended: z.boolean(),
      }),
    )
    .max(200)
    .default([]),
});
export type SignedReview = z.infer<typeof signedReview>;

/** A piece of evidence for the security review: pull requests, or a review signed in a file of its own. */
export const securitySummary = z.union([reviewSummary, z.strictObject({ signed: signedReview })]);
export type SecuritySummary = z.infer<typeof securitySummary>;
