import { z } from "zod";
import { fail, item, pass } from "../../item.ts";

const facts = z.strictObject({
  /** The main branch as git knows it here; absent when there is none. */
  main: z.string().max(300).optional(),
  /** The commit that was asked about; what was found of another one does not count. */
  commit: z.string().max(40).optional(),
  inMain: z.boolean(),
  /** Whether what is checked out has it. */
  inHead: z.boolean(),
  /** Files of the working tree that are not as committed, the first few by name. */
  changed: z.array(z.string().max(1_000)).max(5),
  changedCount: z.number().int().nonnegative(),
  /** Files that what is checked out has otherwise than the commit, the first few by name. */
  later: z.array(z.string().max(1_000)).max(5),
  laterCount: z.number().int().nonnegative(),
});

/** The seed's "Merge deployment branch to main". */
export const merged = item({
  id: "day/merged",
  group: "day",
  title: "Merge deployment branch to main",
  severity: "high",
  when: "tag",
  unoverridable: false,
  rule:
    "The manifest's commit is part of the main branch (origin/HEAD, else origin/main, origin/master, main or master) and of what is checked " +
    "out. The project's files are as committed, and as that very commit has them, for it is they that are deployed; but for manifests, the " +
    "stack's file, the evidence (files and records) and the runbook.",
  mend: "merge the branch, fetch, and commit or put away what was changed: git status. Where later commits are checked out, check out the one that brought the manifest, or name the newest commit in it",
  facts,
  judge(it, { commit }) {
    if (commit === undefined) return fail("the manifest names no commit, so nobody knows what was to be merged");
    if (it.commit !== commit)
      return fail(`git was asked about ${it.commit ?? "no commit"}, not about ${commit.slice(0, 12)}`);
    if (it.main === undefined) return fail("there is no main branch: neither origin/HEAD nor main nor master");
    if (!it.inMain) return fail(`${commit.slice(0, 12)} is not part of ${it.main}`);
    if (!it.inHead) return fail(`${commit.slice(0, 12)} is not part of what is checked out`);
    if (it.changedCount > 0) {
      return fail(`${filesAre(it.changedCount)} not as committed: ${named(it.changed, it.changedCount)}`);
    }
    if (it.laterCount > 0) {
      const files = named(it.later, it.laterCount);
      return fail(`${filesAre(it.laterCount)} checked out otherwise than ${commit.slice(0, 12)} has them: ${files}`);
    }
    return pass(`${commit.slice(0, 12)} is part of ${it.main}, and the working tree is clean`);
  },
});

function filesAre(count: number): string {
  return `${count} ${count === 1 ? "file is" : "files are"}`;
}

function named(first: readonly string[], count: number): string {
  const more = count - first.length;
  return `${first.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
