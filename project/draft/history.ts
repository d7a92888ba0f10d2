import type { Message } from "../../release/draft/commits.ts";
import type { Git } from "../git.ts";

/** What git says of the release that is checked out. */
export interface History {
  /** In full; undefined when there is no repository, or no commit in it. */
  readonly commit: string | undefined;
  /** The last tag before it, other than the version's own. */
  readonly since: string | undefined;
  /** Commits since that tag that touch the project, newest first, without merges; at most 500. */
  readonly messages: readonly Message[];
}

const field = "\u001f";
const end = "\u001e";

/** Reads the history of the release that is checked out. */
export async function historyOf(git: Git, version: string): Promise<History> {
  const commit = await git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  if (commit === undefined || !/^[0-9a-f]{40}$/.test(commit)) {
    return { commit: undefined, since: undefined, messages: [] };
  }
  const since = await git.ask("describe", "--tags", "--abbrev=0", `--exclude=${version}`, commit);
  const range = since === undefined ? commit : `refs/tags/${since}..${commit}`;
  const format = `--format=%s${field}%b${end}`;
  // In a repository of several projects only this one's commits count.
  const below = (await git.ask("rev-parse", "--show-prefix")) === "" ? [] : ["."];
  const log = await git.ask("log", "--no-merges", "--max-count=500", format, "--end-of-options", range, "--", ...below);
  const messages = (log ?? "").split(end).flatMap((text): Message[] => {
    const [subject = "", body = ""] = text.trim().split(field);
    return subject === "" ? [] : [{ subject, body }];
  });
  return { commit, since, messages };
}
