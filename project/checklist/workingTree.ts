import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Gathering } from "./gathering.ts";
import { pathInRepository } from "./releasedCommit.ts";

/**
 * Files of the project that are not as committed, by their paths from the repository's root. Left out is what a release writes itself
 * (the stack's file, the evidence records, the runbook, Greenlight's own folder), and evidence that is not committed. A file whose
 * changes git was told not to look for (`git update-index --assume-unchanged`) counts as changed.
 *
 * @throws Error when git does not tell
 */
export async function changedByHand(it: Gathering): Promise<readonly string[]> {
  const { git, project, stack } = it;
  const said = await git.ask(
    ...["-c", "core.fsmonitor=false", "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"],
    ...["--ignore-submodules=none", "--", "."],
  );
  const flagged = await git.ask("ls-files", "-v", "-z", "--full-name", "--", ".");
  if (said === undefined || flagged === undefined) {
    throw new Error("git does not tell what was changed in the project's folder");
  }
  const { at, evidence, writes, own } = await placesOf(it);
  const top = (await git.ask("rev-parse", "--show-toplevel")) ?? project;
  const hidden = flagged
    .split("\0")
    .filter((entry) => /^[a-z] /.test(entry) || (entry.startsWith("S ") && existsSync(join(top, entry.slice(2)))))
    .map((entry) => ({ untracked: false, path: entry.slice(2) }));
  const told = said
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => ({ untracked: entry.startsWith("??"), path: entry.slice(3) }));
  return [...told, ...hidden]
    .filter(({ path, untracked }) => {
      if (path === at(`Pulumi.${stack}.yaml`) || writes.test(path) || path.startsWith(own)) return false;
      return !(untracked && evidence.has(path));
    })
    .map(({ path }) => path);
}

/**
 * Files of the project that what is checked out has otherwise than the released commit, by their paths from the repository's root:
 * it is they that would be deployed. Left out is what is written for a release after its commit: manifests, evidence with its records,
 * the runbook, the stack's file.
 *
 * @throws Error when git does not tell
 */
export async function changedSince(it: Gathering, commit: string): Promise<readonly string[]> {
  const said = await it.git.ask(
    ...["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative", "--ignore-submodules=none"],
    ...[commit, "HEAD", "--", "."],
  );
  if (said === undefined) throw new Error(`git does not tell what was changed after ${commit.slice(0, 12)}`);
  const { at, evidence, writes, manifests } = await placesOf(it);
  return said
    .split("\0")
    .filter(
      (path) =>
        path !== "" &&
        path !== at(`Pulumi.${it.stack}.yaml`) &&
        !writes.test(path) &&
        !manifests.test(path) &&
        !evidence.has(path),
    );
}

async function placesOf({ git, project, settings, manifest }: Gathering) {
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
  return { at, own, writes, evidence, manifests: new RegExp(`^${literal(at(settings.releases))}/[^/]+\\.yaml$`) };
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
