import { approvalOf, oldestReview } from "../../../evidence/review/approvals.ts";
import { ownersRefusal } from "../../../evidence/review/ownersRefusal.ts";
import { type ReviewFacts, reviewFacts } from "../../../evidence/review/reviewFacts.ts";
import type { PullSummary, TeamMembers } from "../../../evidence/review/reviewSummary.ts";
import { byFiles } from "../../evidence.ts";
import { type Finding, fail, item, type Judging, pass } from "../../item.ts";

/** The seed's "Code reviewed and approved": every commit since the last release, by somebody who did not write it. */
export const review = item({
  id: "code/review",
  group: "code",
  title: "Code reviewed and approved",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "Every commit since the last release, or since what serves where a later tag would leave some out, is in a pull request whose head somebody else of the repository approved within 30 days, with nobody's request for changes standing, or carries a Reviewed-by of somebody else. Changed migration scripts are approved by one of their CODEOWNERS.",
  mend: "let somebody else approve the head of the pull request, export it with `gh api`, and record it with `greenlight evidence add <version> code/review <file>`",
  facts: reviewFacts,
  judge(facts, judging) {
    if (facts.commits === 0) {
      return fail(`there is nothing to review: no commit since ${facts.since ?? "the beginning"}`);
    }
    if (facts.files.length > 0) {
      return byFiles(facts.files, judging, oldestReview, (summaries) =>
        verdictOf(
          facts,
          judging,
          summaries.flatMap((it) => it.pulls),
          summaries.flatMap((it) => it.teams),
        ),
      );
    }
    return verdictOf(facts, judging, [], []);
  },
});

function verdictOf(
  facts: ReviewFacts,
  { now }: Judging,
  pulls: readonly PullSummary[],
  teams: readonly TeamMembers[],
): Finding & { verdict: "pass" | "fail" } {
  const no = (reason: string) => ({ ...fail(reason), verdict: "fail" as const });
  const since = facts.since === undefined ? "" : ` since ${facts.since}`;
  const approved = new Set<string>();
  const refusals: string[] = [];
  for (const pull of pulls) {
    const held = facts.pulls.find((it) => it.number === pull.number)?.commits ?? 0;
    if (held === 0) {
      refusals.push(`#${pull.number} (head ${pull.head.slice(0, 12)}) holds no commit of this release`);
      continue;
    }
    const approval = approvalOf(pull, now);
    if ("refusal" in approval) refusals.push(approval.refusal);
    for (const by of approval.approvedBy) approved.add(by);
  }
  if (refusals.length > 0) return no(refusals.slice(0, 5).join("; "));
  const { bare } = facts;
  if (bare.count > 0) {
    const first = bare.first.map((it) => `${it.commit.slice(0, 12)} ${it.subject}`).join(", ");
    return no(`${bare.count} of ${facts.commits} commits${since} were reviewed by nobody else: ${first}`);
  }
  const refusal = ownersRefusal(facts.owned, [...approved, ...facts.addresses], teams);
  if (refusal !== undefined) return no(refusal);
  const parts = [
    ...(pulls.length === 0
      ? []
      : [`${pulls.map((it) => `#${it.number}`).join(", ")} approved by ${[...approved].join(", ")}`]),
    ...(facts.signed === 0 ? [] : [`${facts.signed} commits signed by ${facts.signers.join(", ")}`]),
  ];
  // Nothing bare, and yet nobody: facts that cannot be.
  if (parts.length === 0) return no("nobody is known to have reviewed it");
  return { ...pass(`${facts.commits} commits${since}: ${parts.join("; ")}`), verdict: "pass" };
}
