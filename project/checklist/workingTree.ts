import { dirname, join, relative, sep } from "node:path";
import type { Gathering } from "./gathering.ts";
import { pathInRepository } from "./releasedCommit.ts";

/**
 * Files of the project that are not as committed, by their paths from the repository's root. Left out is what a release writes itself
 * (the stack's file, the evidence records, the runbook, Greenlight's own folder), and evidence that is not committed.
 *
 * @throws Error when git does not tell
 */
export async function changedByHand(it: Gathering): Promise<readonly string[]> {
  const { git, project, stack, settings, manifest } = it;
  const said = await git.ask("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", ".");
  if (said === undefined) throw new Error("git does not tell what was changed in the project's folder");
  const root = await pathInRepository(git, project, project);
  const at = (path: string) => join(root, path).split(sep).join("/");
  const own = at(`${settings.folder}/`);
  const writes = new RegExp(`^${literal(at(settings.releases))}/[^/]+\\.(evidence\\.jsonl|runbook\\.md)$`);
  const folder = dirname(manifest.file);
  const evidence = new Set(
    Object.values(manifest.manifest.evidence).flatMap((one) =>
      one !== undefined && "files" in one
        ? one.files.map((file) => at(relative(project, join(project, folder, file))))
        : [],
    ),
  );
  return said
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => ({ untracked: entry.startsWith("??"), path: entry.slice(3) }))
    .filter(({ path, untracked }) => {
      if (path === at(`Pulumi.${stack}.yaml`) || writes.test(path) || path.startsWith(own)) return false;
      return !(untracked && evidence.has(path));
    })
    .map(({ path }) => path);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
