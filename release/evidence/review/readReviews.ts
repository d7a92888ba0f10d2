import { z } from "zod";
import { readJson, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { wholeList } from "../wholeList.ts";
import { namesIn } from "./people.ts";
import {
  type Opinion,
  type PullSummary,
  reviewLimits,
  type SecuritySummary,
  signedReview,
  type TeamMembers,
} from "./reviewSummary.ts";

/** A pull request with the commits that the API lists for it; absent where the file has none. */
export type PullRead = PullSummary & { readonly commits?: readonly string[] };
export interface ReviewsRead {
  readonly pulls: readonly PullRead[];
  readonly teams: readonly TeamMembers[];
}

const sha = z.string().regex(/^[0-9a-f]{40}$/, "no commit of 40 hex digits");
const login = z.string().min(1).max(100);
const user = z.object({ login, type: z.string().max(50).optional() });

const pullShape = z.object({
  number: z.number().int().positive(),
  state: z.enum(["open", "closed"]),
  draft: z.boolean().optional(),
  merged: z.boolean().optional(),
  merged_at: z.string().nullish(),
  merge_commit_sha: sha.nullish(),
  user,
  head: z.object({ sha }),
  base: z.object({ sha }),
  commits: z.number().int().nonnegative().optional(),
});

const reviewShape = z.object({
  user: user.nullish(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]),
  commit_id: sha.nullish(),
  submitted_at: z.iso.datetime({ offset: true }).nullish(),
  author_association: z.string().max(50),
});

const signature = z.object({ name: z.string().max(300).nullish(), email: z.string().max(300).nullish() }).nullish();
const commitShape = z.object({
  sha,
  author: user.partial().nullish(),
  committer: user.partial().nullish(),
  commit: z.object({ message: z.string(), author: signature, committer: signature }),
});

const entryShape = z.object({
  pull: pullShape,
  reviews: z.unknown(),
  commits: z.unknown().optional(),
  teams: z
    .record(
      z.string().regex(/^@?[A-Za-z0-9][A-Za-z0-9-]{0,99}\/[A-Za-z0-9_.-]{1,100}$/, "no team such as shop/security"),
      z.array(user).max(reviewLimits.members),
    )
    .optional(),
});

const members = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);
const words = { APPROVED: "approved", CHANGES_REQUESTED: "changes requested", DISMISSED: "dismissed" } as const;
/** What GitHub itself commits as when somebody merges in the browser. */
const webFlow = { login: "web-flow", email: "noreply@github.com" };

/**
 * Reads reviews of pull requests: `{ pull, reviews, commits?, teams? }`, or an array of these. Each part is as GitHub's API gives
 * it: `pull` from `repos/{o}/{r}/pulls/{n}`, `reviews` and `commits` from there, `teams` by `org/team` from
 * `orgs/{o}/teams/{t}/members`.
 *
 * @throws Error with one sentence for anything else, and for lists that are not whole
 */
export function readReviews(bytes: Buffer): ReviewsRead {
  return reviewsOf(readJson(bytes));
}

/** Reads either reviews of pull requests or a {@link signedReview}. */
export function readSecurityReview(bytes: Buffer): ReviewsRead | Extract<SecuritySummary, { signed: unknown }> {
  const value = readJson(bytes);
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "reviewer")) {
    return { signed: shaped(signedReview, value, "a security review") };
  }
  return reviewsOf(value);
}

function reviewsOf(value: unknown): ReviewsRead {
  const entries = Array.isArray(value) ? value : [value];
  if (entries.length === 0) throw new Error("it has no pull request");
  if (entries.length > reviewLimits.pulls) throw new Error(`it has more than ${reviewLimits.pulls} pull requests`);
  const read = entries.map((it) => shaped(entryShape, it, "{ pull, reviews }"));
  const teams = read.flatMap((it) =>
    Object.entries(it.teams ?? {}).map(([team, list]) => ({
      team: team.replace(/^@/, "").toLowerCase(),
      members: list.map((one) => one.login),
    })),
  );
  if (teams.length > reviewLimits.teams) throw new Error(`it has more than ${reviewLimits.teams} teams`);
  return { pulls: read.map(pullOf), teams };
}

function pullOf({ pull, reviews, commits }: z.infer<typeof entryShape>): PullRead {
  const listed = commits === undefined ? undefined : commitsOf(commits, pull.commits, pull.head.sha);
  const merged = pull.merged === true || typeof pull.merged_at === "string";
  return {
    number: pull.number,
    state: merged ? "merged" : pull.state,
    draft: pull.draft ?? false,
    head: pull.head.sha,
    base: pull.base.sha,
    // Of an open pull request it is a merge that GitHub only tried.
    ...(merged && typeof pull.merge_commit_sha === "string" ? { mergeCommit: pull.merge_commit_sha } : {}),
    people: unique([pull.user.login, ...(listed?.people ?? [])]),
    opinions: opinionsOf(reviews),
    ...(listed === undefined ? {} : { commits: listed.shas }),
  };
}

function opinionsOf(reviews: unknown): Opinion[] {
  const all = wholeList(reviews, "reviews").flatMap((it): Opinion[] => {
    const { user: by, state, commit_id, submitted_at, author_association } = shaped(reviewShape, it, "GitHub");
    // A comment takes nothing back; what is pending was not said; whose account is gone cannot be asked.
    if (state === "COMMENTED" || state === "PENDING" || by === null || by === undefined) return [];
    if (typeof submitted_at !== "string") throw new Error("it has a review without the time at which it was submitted");
    return [
      {
        by: by.login,
        says: words[state],
        ...(typeof commit_id === "string" ? { commit: commit_id } : {}),
        at: submitted_at,
        member: members.has(author_association),
        bot: by.type !== undefined && by.type !== "User",
      },
    ];
  });
  const kept = [...byPerson(all).values()].flatMap((own) => {
    const inOrder = own.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
    const last = inOrder.at(-1);
    const standing = inOrder.findLast((it) => it.says !== "dismissed");
    return [...new Set([standing, last])].flatMap((it) => it ?? []);
  });
  if (kept.length > reviewLimits.opinions) throw new Error(`it has more than ${reviewLimits.opinions} reviewers`);
  return kept;
}

function byPerson(all: readonly Opinion[]): Map<string, Opinion[]> {
  const people = new Map<string, Opinion[]>();
  for (const it of all) {
    const own = people.get(it.by.toLowerCase());
    if (own === undefined) people.set(it.by.toLowerCase(), [it]);
    else own.push(it);
  }
  return people;
}

function commitsOf(commits: unknown, count: number | undefined, head: string) {
  const list = wholeList(commits, "commits").map((it) => shaped(commitShape, it, "GitHub"));
  if (count !== undefined && list.length !== count) {
    throw new Error(`it has ${list.length} of the ${count} commits of its pull request`);
  }
  if (list.at(-1)?.sha !== head) throw new Error("the last of its commits is not the head of its pull request");
  const people = list.flatMap((it) => [
    it.author?.login,
    it.committer?.login === webFlow.login ? undefined : it.committer?.login,
    it.commit.author?.name,
    it.commit.author?.email,
    ...(it.commit.committer?.email === webFlow.email ? [] : [it.commit.committer?.name, it.commit.committer?.email]),
    ...coAuthorsIn(it.commit.message),
  ]);
  return { shas: list.map((it) => it.sha), people: people.flatMap((it) => it ?? []) };
}

/** Names and addresses of a message's `Co-authored-by:` lines, wherever they stand in it. */
export function coAuthorsIn(message: string): string[] {
  return message.split("\n").flatMap((line) => {
    const found = /^co-authored-by:[ \t]*(\S.{0,600})$/i.exec(line.trim())?.[1];
    return found === undefined ? [] : namesIn(found);
  });
}

function unique(people: readonly string[]): string[] {
  const all = [...new Set(people.map((it) => shown(it)).filter((it) => it !== ""))];
  if (all.length > reviewLimits.people) throw new Error(`more than ${reviewLimits.people} people wrote what is in it`);
  return all;
}
