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
    "out, and the project's files are as committed, but for the stack's file, the evidence (files and records) and the runbook.",
  mend: "merge the branch, fetch, and commit or put away what was changed: git status",
  facts,
  judge(it, { commit }) {
    if (commit === undefined) return fail("the manifest names no commit, so nobody knows what was to be merged");
    if (it.commit !== commit)
      return fail(`git was asked about ${it.commit ?? "no commit"}, not about ${commit.slice(0, 12)}`);
    if (it.main === undefined) return fail("there is no main branch: neither origin/HEAD nor main nor master");
    if (!it.inMain) return fail(`${commit.slice(0, 12)} is not part of ${it.main}`);
    if (!it.inHead) return fail(`${commit.slice(0, 12)} is not part of what is checked out`);
    if (it.changedCount > 0) {
      const more = it.changedCount - it.changed.length;
      const files = `${it.changed.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
      return fail(`${it.changedCount} ${it.changedCount === 1 ? "file is" : "files are"} not as committed: ${files}`);
    }
    return pass(`${commit.slice(0, 12)} is part of ${it.main}, and the working tree is clean`);
  },
});
