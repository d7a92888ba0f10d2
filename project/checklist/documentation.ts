import { join, relative, resolve } from "node:path";
import { changelogEntry, changelogLimit } from "../../release/evidence/documentation/changelog.ts";
import { shown } from "../../release/evidence/shown.ts";
import { resolveInside } from "../../release/projectPath.ts";
import type { Gathering } from "./gathering.ts";
import { rangeStart } from "./rangeStart.ts";
import { pathInRepository, releasedCommit } from "./releasedCommit.ts";
import { changedFiles, fileAt } from "./releaseRange.ts";

/** What the changelog and the documentation say in the released commit, as git has it: files that lie about do not count. */
export async function gatherDocumentation(it: Gathering) {
  const commit = releasedCommit(it);
  const { git, project } = it;
  const { manifest, file } = it.manifest;
  const since = await rangeStart(it, commit);
  const plan = manifest.evidence["code/documentation"] ?? { changelog: "../CHANGELOG.md", docs: [], reason: undefined };
  const folder = join(project, file, "..");
  const inRepository = (path: string) =>
    pathInRepository(git, project, resolveInside(project, folder, path, "evidence.code/documentation"));
  const changed = new Set(await changedFiles(git, since, commit));
  const docs = await Promise.all(
    plan.docs.map(async (path) => {
      const own = await inRepository(path);
      const there = (await git.ask("cat-file", "-e", `${commit}:${own}`)) !== undefined;
      const state = !there ? "missing" : changed.has(own) ? "changed" : "unchanged";
      return { file: shown(own), state } as const;
    }),
  );
  const changelog = await inRepository(plan.changelog);
  return {
    changelog: {
      file: shown(relative(project, resolve(folder, plan.changelog))),
      ...entryOf(await fileAt(git, commit, changelog), manifest.version),
    },
    ...(since === undefined ? {} : { since }),
    docs,
    ...(plan.reason === undefined ? {} : { reason: plan.reason }),
  };
}

function entryOf(text: string | undefined, version: string) {
  if (text === undefined) return { state: "missing" as const, lines: 0 };
  if (text.length > changelogLimit) throw new Error("the changelog is larger than 4 MiB");
  const entry = changelogEntry(text, version);
  if (entry === undefined) return { state: "no entry" as const, lines: 0 };
  return { state: "entry" as const, heading: shown(entry.heading), lines: entry.lines };
}
