import {
  type CodeOwners,
  codeOwnersPlaces,
  ownersBy,
  readCodeOwners,
  sectionOwners,
} from "../../release/evidence/review/codeOwners.ts";
import { type CommitRead, reviewersOf } from "../../release/evidence/review/commitReviews.ts";
import { namesIn } from "../../release/evidence/review/people.ts";
import {
  type PullRead,
  type ReviewsRead,
  readReviews,
  readSecurityReview,
} from "../../release/evidence/review/readReviews.ts";
import type { OwnedFiles, ReviewFacts, SecurityFacts } from "../../release/evidence/review/reviewFacts.ts";
import type { PullSummary, ReviewSummary } from "../../release/evidence/review/reviewSummary.ts";
import { shown } from "../../release/evidence/shown.ts";
import type { Git } from "../git.ts";
import type { Gathering } from "./gathering.ts";
import { rangeStart } from "./rangeStart.ts";
import { pathInRepository, releasedCommit } from "./releasedCommit.ts";
import { changedFiles, commitsBetween, commitsSince, fileAt } from "./releaseRange.ts";

/** The section of CODEOWNERS that names who reviews what for security. */
export const securitySection = "security";

/** What pull requests, `Reviewed-by:` trailers and CODEOWNERS say of every commit since the last release. */
export async function gatherReview(it: Gathering): Promise<ReviewFacts> {
  const commit = releasedCommit(it);
  const { git } = it;
  const since = await rangeStart(it, commit);
  const files = it.evidence.read("code/review", it.manifest.manifest.evidence["code/review"]?.files ?? [], readReviews);
  const pulls = files.flatMap((file) => file.summary?.pulls ?? []);
  const held = new Map(await Promise.all(pulls.map(async (pull) => [pull, await commitsOf(git, pull)] as const)));
  const first = since === undefined ? await firstBase(git, commit, held) : undefined;
  const all = (await commitsSince(git, since ?? first, commit)).filter((one) => !one.cleanMerge);
  const within = (pull: PullRead) => all.filter((one) => held.get(pull)?.has(one.commit) === true);
  const inPulls = new Set(pulls.flatMap(within));
  const outside = all.filter((one) => !inPulls.has(one));
  const signed = outside.filter((one) => reviewersOf(one).length > 0);
  const bare = outside.filter((one) => reviewersOf(one).length === 0);
  const reviewers = [...new Set(signed.flatMap(reviewersOf))];
  return {
    files: files.map(({ summary, ...fact }) => ({
      ...fact,
      ...(summary === undefined ? {} : { summary: told(summary, within) }),
    })),
    ...(since === undefined ? {} : { since }),
    commits: all.length,
    pulls: pulls.map((pull) => ({ number: pull.number, commits: within(pull).length })),
    signed: signed.length,
    signers: reviewers.slice(0, 5).map((name) => shown(name)),
    bare: {
      count: bare.length,
      first: bare.slice(0, 5).map((one) => ({ commit: one.commit, subject: shown(one.subject, 100) })),
    },
    owned: await ownedMigrations(it, commit, since),
    addresses: [...new Set(reviewers.flatMap((name) => namesIn(name)[1] ?? []))].slice(0, 200),
  };
}

/** As {@link gatherReview}, for the owners of the section for security. */
export async function gatherSecurityReview(it: Gathering): Promise<SecurityFacts> {
  const commit = releasedCommit(it);
  const { git, evidence } = it;
  const { evidence: plan } = it.manifest.manifest;
  const since = await rangeStart(it, commit);
  const own = plan["code/security-review"]?.files;
  const files =
    own === undefined
      ? evidence.read("code/review", plan["code/review"]?.files ?? [], readReviews)
      : evidence.read("code/security-review", own, readSecurityReview);
  const pulls = files.flatMap((file) =>
    file.summary === undefined || "signed" in file.summary ? [] : file.summary.pulls,
  );
  const held = new Map(await Promise.all(pulls.map(async (pull) => [pull, await commitsOf(git, pull)] as const)));
  const commits = await commitsSince(git, since, commit);
  const within = (pull: PullRead) => commits.filter((one) => held.get(pull)?.has(one.commit) === true);
  const changed = await changedFiles(git, since, commit);
  const found = await codeOwnersInForce(git, since, commit);
  const released = commits.filter((one) => !one.cleanMerge);
  return {
    files: files.map(({ summary, ...fact }) => {
      if (summary === undefined) return fact;
      if ("signed" in summary) return { ...fact, summary };
      const stray = summary.pulls.find((pull) => within(pull).length === 0);
      if (stray !== undefined) return { ...fact, problem: `#${stray.number} holds no commit of this release` };
      return { ...fact, summary: told(summary, within) };
    }),
    ...(since === undefined ? {} : { since }),
    ...(found === undefined ? {} : { codeOwners: found.path }),
    owners: found === undefined ? [] : sectionOwners(found.file, securitySection).slice(0, 500),
    owned: found === undefined ? [] : groups(changed, ownersBy(found.file, securitySection)),
    changed: changed.length,
    people: [...new Set(released.flatMap((one) => one.people))].map((name) => shown(name)).slice(0, 5_000),
  };
}

/** A pull request's summary with everybody whom git knows to have had part in it, and without its list of commits. */
function told(summary: ReviewsRead, within: (pull: PullRead) => readonly CommitRead[]): ReviewSummary {
  return {
    teams: [...summary.teams],
    pulls: summary.pulls.map((it): PullSummary => {
      const { commits: _, ...pull } = it;
      const more = within(it).flatMap((one) => one.people.map((name) => shown(name)));
      return { ...pull, people: [...new Set([...pull.people, ...more])].slice(0, 1_000) };
    }),
  };
}

/** Commits that a pull request brought: as the API lists them or git does, and the merge or squash that it became. */
async function commitsOf(git: Git, pull: PullRead): Promise<ReadonlySet<string>> {
  const between = pull.commits ?? (await commitsBetween(git, pull.base, pull.head)) ?? [];
  return new Set([...between, pull.head, ...(pull.mergeCommit === undefined ? [] : [pull.mergeCommit])]);
}

/** Before the first release it is the pull request itself that says where it begins. */
async function firstBase(
  git: Git,
  commit: string,
  pulls: ReadonlyMap<PullRead, ReadonlySet<string>>,
): Promise<string | undefined> {
  for (const [pull, held] of pulls) {
    if (!held.has(commit)) continue;
    if ((await git.ask("merge-base", "--is-ancestor", pull.base, commit)) !== undefined) return pull.base;
  }
  return undefined;
}

async function ownedMigrations(it: Gathering, commit: string, since: string | undefined): Promise<OwnedFiles[]> {
  const { database } = it.manifest.manifest;
  if (database.tool === "none") return [];
  const found = await codeOwnersInForce(it.git, since, commit);
  if (found === undefined) return [];
  const folder = `${await pathInRepository(it.git, it.project, database.directory)}/`;
  const script =
    database.rollback === undefined ? undefined : await pathInRepository(it.git, it.project, database.rollback);
  const changed = await changedFiles(it.git, since, commit);
  return groups(
    changed.filter((path) => path === script || folder === "/" || path.startsWith(folder)),
    ownersBy(found.file),
  );
}

/**
 * The CODEOWNERS that counts: as it was at the last release, so that nobody names their own reviewers with the very change that
 * they review; where there was none, that of the commit.
 */
async function codeOwnersInForce(
  git: Git,
  since: string | undefined,
  commit: string,
): Promise<{ readonly path: string; readonly file: CodeOwners } | undefined> {
  for (const at of since === undefined ? [commit] : [since, commit]) {
    for (const path of codeOwnersPlaces) {
      const text = await fileAt(git, at, path);
      if (text !== undefined) return { path, file: readCodeOwners(text) };
    }
  }
  return undefined;
}

/** Files by who owns them, those without an owner left out. */
function groups(paths: readonly string[], ownersOf: (path: string) => readonly string[]): OwnedFiles[] {
  const by = new Map<string, { owners: string[]; count: number; paths: string[] }>();
  for (const path of paths) {
    const owners = ownersOf(path);
    if (owners.length === 0) continue;
    const key = owners.join(" ");
    const group = by.get(key) ?? { owners: owners.slice(0, 100), count: 0, paths: [] };
    group.count += 1;
    if (group.paths.length < 5) group.paths.push(shown(path));
    by.set(key, group);
  }
  if (by.size > 100) throw new Error("the changed files have more than 100 groups of owners in CODEOWNERS");
  return [...by.values()];
}
