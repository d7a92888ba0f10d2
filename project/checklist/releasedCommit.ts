import { relative, sep } from "node:path";
import type { Git } from "../git.ts";
import type { Gathering } from "./gathering.ts";

/** The commit that the manifest names. @throws Error when it names none */
export function releasedCommit({ manifest }: Gathering): string {
  const { commit } = manifest.manifest;
  if (commit === undefined) throw new Error("the manifest names no commit, so nothing can be said of its code");
  return commit;
}

/**
 * A path of the project as git names it: from the repository's root, with `/`; empty for the root itself.
 *
 * @param path absolute
 * @throws Error when the project is in no repository
 */
export async function pathInRepository(git: Git, project: string, path: string): Promise<string> {
  const prefix = await git.ask("rev-parse", "--show-prefix");
  if (prefix === undefined) throw new Error("the project is in no git repository");
  return `${prefix}${relative(project, path).split(sep).join("/")}`.replace(/\/$/, "");
}
