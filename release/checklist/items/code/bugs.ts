import { issuesSummary } from "../../../evidence/issues/issue.ts";
import { byFiles, filesFact } from "../../evidence.ts";
import { item } from "../../item.ts";

/** An export of open bugs grows old quickly: 7 days. Milliseconds. */
export const oldestIssues = 7 * 24 * 3_600_000;

/** The seed's "No critical or high bugs open". */
export const bugs = item({
  id: "code/bugs",
  group: "code",
  title: "No critical or high bugs open",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "In an export of GitHub, Jira or Linear no open issue is a bug of critical or high priority, and every open bug has a priority: one that nobody has ranked may be critical.",
  mend: "close or rank the bugs named above, export the issues again and record them with `greenlight evidence add <version> code/bugs <file>`",
  facts: filesFact(issuesSummary),
  judge({ files }, judging) {
    return byFiles(files, judging, oldestIssues, (all) => {
      const severe = all.reduce((sum, it) => sum + it.severe.count, 0);
      const unranked = all.reduce((sum, it) => sum + it.unranked.count, 0);
      const open = all.reduce((sum, it) => sum + it.openBugs, 0);
      const first = (key: "severe" | "unranked") =>
        all
          .flatMap((it) => it[key].first)
          .slice(0, 5)
          .join(", ");
      const faults = [
        ...(severe === 0 ? [] : [`${severe} critical or high: ${first("severe")}`]),
        ...(unranked === 0 ? [] : [`${unranked} without a priority: ${first("unranked")}`]),
      ];
      if (faults.length > 0) return { verdict: "fail", reason: `of ${open} open bugs ${faults.join("; ")}` };
      const of = all.map((it) => `${it.issues} issues of ${it.tracker}`).join(", ");
      return { verdict: "pass", reason: `${open} open bugs, none critical or high, in ${of}` };
    });
  },
});
