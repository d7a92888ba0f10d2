import { liveVersion } from "../migrations/liveVersion.ts";
import { liveVersions } from "../platform/platform.ts";
import { readManifest } from "../readManifest.ts";
import type { Gathering } from "./gathering.ts";
import { lastReleaseTag } from "./releaseRange.ts";

/**
 * Where a release's changes begin: the tag of the release before it; or what serves now, where that tag comes after it. A release that
 * was tagged and never served shortens nobody's review, and neither does a tag that somebody set.
 *
 * @param commit of the release
 * @returns a tag, or the first digits of a commit; undefined for a first release
 * @throws Error when the clone is shallow and no tag is found, or nobody knows what serves
 */
export async function rangeStart(it: Gathering, commit: string): Promise<string | undefined> {
  const { git, manifest } = it;
  const tag = await lastReleaseTag(git, commit, manifest.manifest.version);
  if (tag === undefined) return undefined;
  const live = await liveCommit(it);
  if (live === undefined || (await git.ask("rev-parse", `${tag}^{commit}`)) === live) return tag;
  const comesAfter = (await git.ask("merge-base", "--is-ancestor", live, `${tag}^{commit}`)) !== undefined;
  return comesAfter ? live.slice(0, 12) : tag;
}

/** The commit of the version that serves, by its manifest, else by its tag; undefined where git has neither. */
async function liveCommit(it: Gathering): Promise<string | undefined> {
  const { project, settings, git, platform } = it;
  const version = liveVersion(it, await liveVersions(platform));
  if (version === undefined) return undefined;
  const name = commitInManifest(project, settings.releases, version) ?? `refs/tags/${version}`;
  return git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`);
}

function commitInManifest(project: string, releases: string, version: string): string | undefined {
  try {
    return readManifest(project, releases, version).manifest.commit;
  } catch {
    // A team may have taken an old manifest away: its tag says the same.
    return undefined;
  }
}
