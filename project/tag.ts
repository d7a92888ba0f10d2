import type { TagFacts } from "../release/checklist/items/day/tag.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import type { Git } from "./git.ts";
import { remoteName, tagState } from "./tagState.ts";

/** What was done for a tag. */
export interface TagMade {
  /** `there`: it was on the commit already. `fetched`: `origin` had it. */
  readonly tag: "made" | "there" | "fetched";
  readonly pushed: "pushed" | "there" | "no remote";
}

/**
 * Makes the annotated tag of a version on a commit and pushes it to `origin`, where there is one; both are read back. Done before, it is
 * done no second time. A tag is never moved. The caller asks first: a pushed tag stays.
 *
 * @param commit full hash
 * @throws Problem (refused) when the tag is elsewhere, here or in `origin`, or is a lightweight one; (failed) when git refuses, such as
 *   for a name that it does not take, a commit that is not here, or a push that `origin` does not accept
 */
export async function tagRelease(git: Git, version: string, commit: string): Promise<TagMade> {
  const before = await tagState(git, version);
  if (before.origin?.reached === false) throw unreachable(version);
  const { here, origin } = before;
  if (here !== undefined) requireSame("here", here, version, commit);
  if (origin?.object !== undefined) {
    if (here !== undefined && here.object !== origin.object)
      throw elsewhere(version, "in origin", origin.commit, commit);
    if (origin.commit !== commit) throw elsewhere(version, "in origin", origin.commit, commit);
    if (origin.object === origin.commit) throw lightweight(version, "in origin");
  }
  const ref = `refs/tags/${version}`;
  const fetched = here === undefined && origin?.object !== undefined;
  if (fetched)
    await change(
      git,
      `The tag ${version} of origin could not be fetched.`,
      "fetch",
      "--no-tags",
      remoteName,
      `${ref}:${ref}`,
    );
  else if (here === undefined) await make(git, version, commit);
  const pushing = origin !== undefined && origin.object === undefined;
  if (pushing) await push(git, version, ref);
  await readBack(git, version, commit);
  return {
    tag: here !== undefined ? "there" : fetched ? "fetched" : "made",
    pushed: origin === undefined ? "no remote" : pushing ? "pushed" : "there",
  };
}

async function make(git: Git, version: string, commit: string): Promise<void> {
  const known = await git.ask("rev-parse", "--verify", "--quiet", `${commit}^{commit}`);
  if (known !== commit) {
    throw new Problem({
      happened: `The commit ${commit.slice(0, 12)} is not in this repository, so it cannot be tagged.`,
      untouched: "Nothing was changed.",
      next: "fetch it, or correct the manifest's commit",
    });
  }
  const message = `Release ${version.replace(/^v(?=\d)/, "")}`;
  await change(
    git,
    `git did not make the tag ${version}.`,
    "tag",
    "--annotate",
    `--message=${message}`,
    version,
    commit,
  );
}

async function push(git: Git, version: string, ref: string): Promise<void> {
  try {
    await git.change("push", "--no-follow-tags", remoteName, `${ref}:${ref}`);
  } catch (error) {
    throw new Problem({
      happened: `${remoteName} did not take the tag ${version}.`,
      untouched: "The tag is made here; nothing else was changed.",
      next: `see what git says, then run the same command again; git push ${remoteName} ${version} does it by hand`,
      cause: error,
    });
  }
}

/** What was asked for is not what is: only what git says now counts. */
async function readBack(git: Git, version: string, commit: string): Promise<void> {
  const { here, origin } = await tagState(git, version);
  const right = here?.annotated === true && here.commit === commit;
  if (right && (origin === undefined || origin.object === here.object)) return;
  throw new Problem({
    happened: `The tag ${version} is not where it was put, ${right ? "in origin" : "here"}.`,
    next: `git ls-remote --tags ${remoteName} ${version} and git show ${version} say where it is`,
    exitCode: exitCodes.notAsAsked,
  });
}

function requireSame(where: string, tag: NonNullable<TagFacts["here"]>, version: string, commit: string): void {
  if (tag.commit !== commit) throw elsewhere(version, where, tag.commit, commit);
  if (tag.annotated) return;
  throw lightweight(version, where);
}

function lightweight(version: string, where: string): Problem {
  return new Problem({
    happened: `There is a tag ${version} ${where} already, a lightweight one: it does not say who made it and when.`,
    untouched: "Nothing was changed; a tag is never replaced.",
    next: `if nobody has it yet, git tag --delete ${version} and run this again; else release under another version`,
    exitCode: exitCodes.refused,
  });
}

function elsewhere(version: string, where: string, at: string | undefined, commit: string): Problem {
  return new Problem({
    happened: `There is a tag ${version} ${where} already, and it leads to ${at?.slice(0, 12) ?? "no commit"}, not to ${commit.slice(0, 12)}.`,
    untouched: "Nothing was changed; a tag is never moved.",
    next: "release under another version, or correct the manifest's commit",
    exitCode: exitCodes.refused,
  });
}

function unreachable(version: string): Problem {
  return new Problem({
    happened: `${remoteName} could not be asked whether it has the tag ${version}.`,
    untouched: "Nothing was changed: a tag that cannot be pushed is not made.",
    next: `see that git ls-remote ${remoteName} works here`,
  });
}

async function change(git: Git, happened: string, ...args: readonly string[]): Promise<void> {
  try {
    await git.change(...args);
  } catch (error) {
    throw new Problem({ happened, untouched: "Nothing was changed.", next: "see what git says", cause: error });
  }
}
