import { Git } from "../../project/git.ts";
import { writeRunbookFile } from "../../project/runbookFile.ts";
import { tagRelease } from "../../project/tag.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { confirm } from "../terminal/confirm.ts";
import type { ReleaseRun } from "./releaseRun.ts";

/**
 * T-30: the annotated tag on the reviewed commit, pushed where there is an `origin`, and the runbook of what the plan is now. Asked first:
 * a pushed tag stays.
 */
export async function tagAndRunbook(run: ReleaseRun): Promise<void> {
  const { context, manifest, version, reporter, signal, yes } = run;
  const { commit } = manifest.manifest;
  if (commit === undefined) {
    reporter.tell({ kind: "warning", text: "the manifest names no commit, so nothing is tagged" });
  } else {
    const question = `Tag ${version} on ${commit.slice(0, 12)}, and push the tag?`;
    if (!(await confirm(question, { yes, signal }))) {
      throw new Problem({
        happened: "Not confirmed: the release is not tagged.",
        untouched: "Nothing was changed.",
        next: `run \`greenlight release ${version}\` again when it may be`,
        exitCode: exitCodes.refused,
      });
    }
    const { tag, pushed } = await tagRelease(new Git(context.project, signal), version, commit);
    const made = { made: "is made", there: "was there", fetched: "was fetched" }[tag];
    const where = { pushed: "and pushed", there: "and in origin", "no remote": "(there is no origin to push to)" }[
      pushed
    ];
    reporter.tell({ kind: "step", text: `the tag ${version} ${made} ${where}` });
  }
  const { project, stack } = context;
  const file = writeRunbookFile({ project, stack, settings: context.settings(), manifest });
  reporter.tell({ kind: "step", text: `the runbook is ${file}` });
}
