import type { TagFacts } from "../release/checklist/items/day/tag.ts";
import type { Git } from "./git.ts";

/** The remote that releases are pushed to. */
export const remoteName = "origin";

/** What git knows of a tag, here and in `origin`. Changes nothing. */
export async function tagState(git: Git, tag: string): Promise<TagFacts> {
  const [here, origin] = await Promise.all([tagHere(git, tag), tagInOrigin(git, tag)]);
  return { ...(here === undefined ? {} : { here }), ...(origin === undefined ? {} : { origin }) };
}

async function tagHere(git: Git, tag: string): Promise<TagFacts["here"]> {
  const ref = `refs/tags/${tag}`;
  const [object, kind, commit] = await Promise.all([
    git.ask("rev-parse", "--verify", "--quiet", ref),
    git.ask("cat-file", "-t", ref),
    git.ask("rev-parse", "--verify", "--quiet", `${ref}^{commit}`),
  ]);
  if (object === undefined) return undefined;
  return { annotated: kind === "tag", object, ...(commit === undefined ? {} : { commit }) };
}

async function tagInOrigin(git: Git, tag: string): Promise<TagFacts["origin"]> {
  if ((await git.ask("remote", "get-url", remoteName)) === undefined) return undefined;
  const ref = `refs/tags/${tag}`;
  const said = await git.ask("ls-remote", "--tags", remoteName, ref, `${ref}^{}`);
  if (said === undefined) return { reached: false };
  const found = new Map(
    said.split("\n").flatMap((line): [string, string][] => {
      const match = /^([0-9a-f]{40})\t(.+)$/.exec(line);
      return match?.[1] === undefined || match[2] === undefined ? [] : [[match[2], match[1]]];
    }),
  );
  const object = found.get(ref);
  if (object === undefined) return { reached: true };
  return { reached: true, object, commit: found.get(`${ref}^{}`) ?? object };
}
