import { relative, sep } from "node:path";
import { codeOwnersPlaces, ownersBy, readCodeOwners } from "../../release/evidence/review/codeOwners.ts";
import { reviewersOf } from "../../release/evidence/review/commitReviews.ts";
import { namesIn } from "../../release/evidence/review/people.ts";
import { type PullRead, readReviews } from "../../release/evidence/review/readReviews.ts";
import type { OwnedFiles } from "../../release/evidence/review/reviewFacts.ts";
import { shown } from "../../release/evidence/shown.ts";
import type { Git } from "../git.ts";
import { folderAt } from "../migrations/folderAt.ts";
import { isMigrationPath } from "../migrations/migrationFiles.ts";
import { type ReleaseMigrationFiles, releaseMigrations } from "../migrations/releaseMigrations.ts";
import type { Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";
import { rangeStart } from "./rangeStart.ts";
import { releasedCommit } from "./releasedCommit.ts";
import { commitsBetween, commitsSince, fileAt } from "./releaseRange.ts";

/** Facts of database/review: who looked at the commits that touch pending migration scripts. */
export async function gatherMigrationReview(it: Gathering) {
  const { database, evidence } = it.manifest.manifest;
  const source = evidence["database/review"] === undefined ? "code/review" : "database/review";
  const nothing = { files: [], commits: 0, pulls: [], signed: 0, signers: [], owned: [], addresses: [], source };
  const none = { count: 0, first: [] };
  if (database.tool === "none") {
    return plainFacts({ ...nothing, tool: "none", bare: none, scripts: none, uncommitted: none });
  }
  const release = await releaseMigrations(it);
  if (release === undefined || release.pending.length === 0) {
    return plainFacts({ ...nothing, tool: database.tool, bare: none, scripts: none, uncommitted: none });
  }
  const commit = releasedCommit(it);
  const { git } = it;
  const since = release.live?.commit ?? (await rangeStart(it, commit));
  const scripts = scriptsOf(it, release);
  const touching = await touchingCommits(git, since, commit, scripts);
  const all = (await commitsSince(git, since, commit)).filter((one) => touching.has(one.commit) && !one.cleanMerge);
  const files = it.evidence.read(source, evidence[source]?.files ?? [], readReviews);
  const pulls = files.flatMap((file) => file.summary?.pulls ?? []);
  const held = await Promise.all(pulls.map(async (pull) => ({ pull, commits: await commitsOf(git, pull) })));
  const inPulls = new Set(held.flatMap(({ commits }) => [...commits]));
  const outside = all.filter((one) => !inPulls.has(one.commit));
  const signed = outside.filter((one) => reviewersOf(one).length > 0);
  const bare = outside.filter((one) => reviewersOf(one).length === 0);
  const reviewers = [...new Set(signed.flatMap(reviewersOf))];
  const within = ({ number }: PullRead) => {
    const own = held.find(({ pull }) => pull.number === number)?.commits;
    return all.filter((one) => own?.has(one.commit) === true);
  };
  const changed = await uncommitted(it, release, commit);
  return plainFacts({
    tool: database.tool,
    source,
    scripts: { count: scripts.length, first: scripts.slice(0, 5) },
    uncommitted: { count: changed.length, first: changed.slice(0, 5) },
    since,
    files: files.map(({ summary, ...fact }) => ({
      ...fact,
      summary: summary && {
        teams: summary.teams,
        // Whoever git knows to have had part in it does not review their own work.
        pulls: summary.pulls.map(({ commits: _, ...pull }) => ({
          ...pull,
          people: [
            ...new Set([...pull.people, ...within(pull).flatMap((one) => one.people.map((name) => shown(name)))]),
          ].slice(0, 1_000),
        })),
      },
    })),
    commits: all.length,
    pulls: held.map(({ pull }) => ({ number: pull.number, commits: within(pull).length })),
    signed: signed.length,
    signers: reviewers.slice(0, 5).map((name) => shown(name)),
    bare: {
      count: bare.length,
      first: bare.slice(0, 5).map((one) => ({ commit: one.commit, subject: shown(one.subject, 100) })),
    },
    owned: await ownedScripts(git, since, commit, scripts),
    addresses: [...new Set(reviewers.flatMap((name) => namesIn(name)[1] ?? []))].slice(0, 200),
  });
}

/** Pending scripts and the way back, relative to the project. */
function scriptsOf({ project }: Gathering, { pending, plan }: ReleaseMigrationFiles): string[] {
  const files = pending.map(({ path }) => `${plan.directory}/${path}`);
  const all = plan.rollback === undefined ? files : [...files, plan.rollback];
  return all.map((file) => relative(project, file).split(sep).join("/"));
}

/** Most paths that git is asked about one by one. */
const mostPaths = 500;

async function touchingCommits(
  git: Git,
  since: string | undefined,
  commit: string,
  scripts: readonly string[],
): Promise<ReadonlySet<string>> {
  if (scripts.length > mostPaths) throw new Error(`more than ${mostPaths} migration scripts are pending`);
  const range = since === undefined ? commit : `${since}..${commit}`;
  const said = await git.ask("--literal-pathspecs", "log", "--full-history", "--format=%H", range, "--", ...scripts);
  if (said === undefined) throw new Error("git does not tell which commits touch the migration scripts");
  return new Set(said.split("\n").filter((line) => line !== ""));
}

/** Commits that a pull request brought, and the merge or squash that it became. */
async function commitsOf(git: Git, pull: PullRead): Promise<ReadonlySet<string>> {
  const between = pull.commits ?? (await commitsBetween(git, pull.base, pull.head)) ?? [];
  return new Set([...between, pull.head, ...(pull.mergeCommit === undefined ? [] : [pull.mergeCommit])]);
}

/** Pending scripts, and the way back, that are not as the commit has them. */
async function uncommitted(
  { git, project }: Gathering,
  { pending, plan }: ReleaseMigrationFiles,
  commit: string,
): Promise<string[]> {
  const committed = await folderAt(git, commit, project, plan.directory, (path) => isMigrationPath(plan.tool, path));
  const texts = new Map(committed.map(({ path, text }) => [path, text.replaceAll("\r\n", "\n")]));
  const scripts = pending.filter(({ path, text }) => texts.get(path) !== text.replaceAll("\r\n", "\n"));
  const changed = scripts.map(({ path }) => path);
  if (plan.rollback === undefined) return changed;
  const undo = relative(project, plan.rollback).split(sep).join("/");
  const same = await git.ask("--literal-pathspecs", "diff", "--quiet", "--no-ext-diff", commit, "--", undo);
  const there = await git.ask("cat-file", "-e", `${commit}:./${undo}`);
  return same === undefined || there === undefined ? [...changed, undo] : changed;
}

/** Who owns the scripts by the CODEOWNERS of the last release, or of the commit where there was none. */
async function ownedScripts(
  git: Git,
  since: string | undefined,
  commit: string,
  scripts: readonly string[],
): Promise<OwnedFiles[]> {
  const prefix = (await git.ask("rev-parse", "--show-prefix")) ?? "";
  for (const at of since === undefined ? [commit] : [since, commit]) {
    for (const place of codeOwnersPlaces) {
      const text = await fileAt(git, at, place);
      if (text === undefined) continue;
      const ownersOf = ownersBy(readCodeOwners(text));
      return grouped(
        scripts.map((path) => `${prefix}${path}`),
        ownersOf,
      );
    }
  }
  return [];
}

function grouped(paths: readonly string[], ownersOf: (path: string) => readonly string[]): OwnedFiles[] {
  const groups = new Map<string, { owners: string[]; count: number; paths: string[] }>();
  for (const path of paths) {
    const owners = ownersOf(path);
    if (owners.length === 0) continue;
    const key = owners.join(" ");
    const group = groups.get(key) ?? { owners: owners.slice(0, 100), count: 0, paths: [] };
    group.count += 1;
    if (group.paths.length < 5) group.paths.push(shown(path));
    groups.set(key, group);
  }
  if (groups.size > 100) throw new Error("the migration scripts have more than 100 groups of owners in CODEOWNERS");
  return [...groups.values()];
}
