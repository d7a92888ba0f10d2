import { z } from "zod";
import { issuesSummary } from "../../../evidence/issues/issue.ts";
import { byFiles, evidenceFact } from "../../evidence.ts";
import { fail, item, pass } from "../../item.ts";
import { oldestIssues } from "./bugs.ts";

const facts = z.strictObject({
  /** How many features the manifest names. */
  features: z.number().int().nonnegative(),
  /** References of the issues that the release closes. */
  issues: z.array(z.string().max(400)).max(200),
  /** Exports of issues; looked at only when there are references. */
  files: z.array(evidenceFact.extend({ summary: issuesSummary.optional() })).max(50),
});

const states = { open: "is open", dropped: "was closed without being done" } as const;

/** The seed's "All features complete and tested": that they are tested is what the group of tests is for. */
export const features = item({
  id: "code/features",
  group: "code",
  title: "All features complete and tested",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule: "The manifest names what is new, and every issue that it refers to is done in an export of the tracker. Whether it was tested is asked by the group of tests.",
  mend: "name the features in the manifest, close the issues named above, and record an export of them with `greenlight evidence add <version> code/features <file>`",
  facts,
  judge({ features: count, issues, files }, judging) {
    if (count === 0) return fail("the manifest names no feature");
    if (issues.length === 0) return pass(`${count} features are named, and no issue is referred to`);
    return byFiles(files, judging, oldestIssues, (all) => {
      const found = all.flatMap((it) => it.found);
      const faults = issues.flatMap((ref) => {
        const own = found.filter((it) => it.ref === ref);
        if (own.length === 0) return [`${ref} is not in the export`];
        const notDone = own.find((it) => it.state !== "done");
        return notDone === undefined || notDone.state === "done" ? [] : [`${ref} ${states[notDone.state]}`];
      });
      if (faults.length === 0) {
        return { verdict: "pass", reason: `${count} features are named, and all ${issues.length} issues are done` };
      }
      const more = faults.length > 5 ? ` and ${faults.length - 5} more` : "";
      return {
        verdict: "fail",
        reason: `${faults.length} of ${issues.length} issues are not done: ${faults.slice(0, 5).join(", ")}${more}`,
      };
    });
  },
});
