import { type CommitRead, reviewersOf } from "../../release/evidence/review/commitReviews.ts";
import { coAuthorsIn } from "../../release/evidence/review/readReviews.ts";
import type { Git } from "../git.ts";

/** Most commits and files that one release may hold. */
export const rangeLimits = { commits: 20_000, files: 200_000, merges: 50, reviewers: 200 } as const;

/**
 * The annotated tag of the release before this one: the nearest behind the commit that begins as the version does (`v1.2.3`: `v` and
 * digits) and is no pre-release. Undefined for a first release.
 *
 * @throws Error when the clone is shallow and no tag is found: then nothing can be said of what came before
 */
export async function lastReleaseTag(git: Git, commit: string, version: string): Promise<string | undefined> {
  const prefix = /^[^0-9]*/.exec(version)?.[0] ?? "";
  const found = await git.ask(
    "describe",
    "--abbrev=0",
    `--match=${prefix}[0-9]*`,
    `--exclude=${version}`,
    `--exclude=${prefix}[0-9]*.[0-9]*-*`,
    `${commit}^`,
  );
  if (found !== undefined && found !== "") return found;
  if ((await git.ask("rev-parse", "--is-shallow-repository")) !== "false") {
    throw new Error(
      "no release before this one is found in git, and this clone is shallow or none at all: fetch the whole history with its tags",
    );
  }
  return undefined;
}

/**
 * Paths of the files, from the repository's root, that differ between what was released last and the commit; without a release
 * before it, all files of the commit.
 *
 * @throws Error when git does not tell
 */
export async function changedFiles(git: Git, since: string | undefined, commit: string): Promise<readonly string[]> {
  const said =
    since === undefined
      ? await git.ask("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
      : await git.ask("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative", since, commit);
  if (said === undefined) throw new Error(`git does not tell which files ${commit.slice(0, 12)} changes`);
  const files = said.split("\0").filter((it) => it !== "");
  if (files.length > rangeLimits.files) throw new Error(`more than ${rangeLimits.files} files were changed`);
  return files;
}

const fields = ["%H", "%P", "%s", "%an", "%ae", "%cn", "%ce", "%aN", "%aE", "%cN", "%cE", "%B"];
const trailers = "%(trailers:key=Reviewed-by,valueonly,unfold,separator=%x0A)";
/** What GitHub commits as when somebody merges in the browser. */
const webFlow = "noreply@github.com";

/**
 * The commits from `since` (left out) to `commit`, the newest first.
 *
 * @throws Error when git does not tell, or for more than 20 000 commits
 */
export async function commitsSince(git: Git, since: string | undefined, commit: string): Promise<CommitRead[]> {
  const said = await git.ask(
    "log",
    "-z",
    `--max-count=${rangeLimits.commits + 1}`,
    `--format=tformat:${[...fields, trailers].join("%x00")}`,
    ...(since === undefined ? [commit] : [`${since}..${commit}`]),
    "--",
  );
  if (said === undefined) throw new Error(`git does not tell which commits lead to ${commit.slice(0, 12)}`);
  const parts = said.split("\0");
  const length = fields.length + 1;
  const commits: CommitRead[] = [];
  let merges = 0;
  for (let at = 0; at + length <= parts.length; at += length) {
    const [id = "", parents = "", subject = "", an, ae, cn, ce, aN, aE, cN, cE, body = "", reviewed = ""] = parts.slice(
      at,
      at + length,
    );
    const isMerge = parents.split(" ").length === 2;
    if (isMerge) merges += 1;
    commits.push({
      commit: id,
      subject,
      people: [...new Set([an, ae, aN, aE, ...(ce === webFlow ? [] : [cn, ce, cN, cE]), ...coAuthorsIn(body)])].flatMap(
        (it) => (it === undefined || it === "" ? [] : it),
      ),
      reviewers: reviewed.split("\n").flatMap((it) => (it.trim() === "" ? [] : it.trim())),
      cleanMerge: isMerge && merges <= rangeLimits.merges && (await addsNothing(git, id)),
    });
  }
  if (commits.length > rangeLimits.commits) throw new Error(`more than ${rangeLimits.commits} commits lead to it`);
  return withMailmap(git, commits);
}

/** Whether a merge holds what git makes of its two sides by itself, and nothing else. */
async function addsNothing(git: Git, merge: string): Promise<boolean> {
  return (await git.ask("show", "--remerge-diff", "--name-only", "--format=", merge)) === "";
}

/** Reviewers by the names that the repository's .mailmap gives them, as git does for authors: one person is one person. */
async function withMailmap(git: Git, commits: readonly CommitRead[]): Promise<CommitRead[]> {
  const all = [...new Set(commits.flatMap((it) => it.reviewers))].filter((it) => /^[^<>\n]+<[^<>\n]+>$/.test(it));
  if (all.length === 0) return [...commits];
  if (all.length > rangeLimits.reviewers) throw new Error(`more than ${rangeLimits.reviewers} reviewers are named`);
  const said = await git.ask("check-mailmap", ...all);
  const mapped = said?.split("\n");
  if (mapped?.length !== all.length) throw new Error("git does not tell who the reviewers are");
  const byName = new Map(all.map((it, index) => [it, mapped[index] ?? it]));
  // Whoever signed under a name of their own in the commit stays who they are, whatever the file makes of it.
  return commits.map((it) => ({ ...it, reviewers: reviewersOf(it).map((name) => byName.get(name) ?? name) }));
}

/** Commits between two, by git; undefined when it does not have both. */
export async function commitsBetween(git: Git, base: string, head: string): Promise<readonly string[] | undefined> {
  const said = await git.ask("rev-list", `--max-count=${rangeLimits.commits}`, `${base}..${head}`, "--");
  return said?.split("\n").filter((it) => it !== "");
}

/** A file of the commit's tree, by its path from the repository's root; undefined when it is not there. */
export async function fileAt(git: Git, commit: string, path: string): Promise<string | undefined> {
  return git.ask("show", `${commit}:${path}`);
}
