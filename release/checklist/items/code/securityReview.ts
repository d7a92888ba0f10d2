import { approvalOf, oldestReview } from "../../../evidence/review/approvals.ts";
import { ownersRefusal } from "../../../evidence/review/ownersRefusal.ts";
import { isOneOf, isOwner, unknownTeams } from "../../../evidence/review/people.ts";
import { type SecurityFacts, securityFacts } from "../../../evidence/review/reviewFacts.ts";
import type { SecuritySummary, SignedReview, TeamMembers } from "../../../evidence/review/reviewSummary.ts";
import { byFiles, clockSkew } from "../../evidence.ts";
import { fail, item, type Judging } from "../../item.ts";

const how =
  "add a section `# [Security]` with paths and owners to .github/CODEOWNERS; it counts from this release on, and then as it was at the last release";

/** The seed's "Security review passed": by those whom CODEOWNERS names for it. */
export const securityReview = item({
  id: "code/security-review",
  group: "code",
  title: "Security review passed",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "One of the owners in the section [Security] of CODEOWNERS, who had no part in the release, approved it: in the pull request, or in a review signed in a file of its own without a critical or high finding left. Every changed file that is named there is approved by one of its own owners.",
  mend: "ask an owner of the section [Security] in CODEOWNERS to approve the pull request, or record their review with `greenlight evidence add <version> code/security-review <file>`",
  facts: securityFacts,
  judge(facts, judging) {
    if (facts.owners.length === 0) {
      const where = facts.codeOwners === undefined ? "there is no CODEOWNERS file" : `${facts.codeOwners} has none`;
      return fail(`nobody is named for security reviews (${where}): ${how}`);
    }
    return byFiles(facts.files, judging, oldestReview, (summaries) => verdictOf(facts, judging, summaries));
  },
});

interface Said {
  readonly verdict: "pass" | "fail";
  readonly reason: string;
}

function verdictOf(facts: SecurityFacts, judging: Judging, summaries: readonly SecuritySummary[]): Said {
  const no = (reason: string): Said => ({ verdict: "fail", reason });
  const pulls = summaries.flatMap((it) => ("signed" in it ? [] : it.pulls));
  const teams = summaries.flatMap((it) => ("signed" in it ? [] : it.teams));
  const approved: string[] = [];
  const others: string[] = [];
  const refusals: string[] = [];
  for (const pull of pulls) {
    const approval = approvalOf(pull, judging.now);
    if ("refusal" in approval) refusals.push(approval.refusal);
    for (const by of approval.approvedBy) {
      if (isOwner(by, facts.owners, teams)) approved.push(by);
      else others.push(by);
    }
  }
  for (const it of summaries) {
    if (!("signed" in it)) continue;
    const refusal = signedRefusal(it.signed, facts, judging, teams);
    if (refusal === undefined) approved.push(it.signed.reviewer);
    else refusals.push(refusal);
  }
  if (refusals.length > 0) return no(refusals.slice(0, 5).join("; "));
  if (approved.length === 0) {
    const by = others.length === 0 ? "nobody" : others.slice(0, 5).join(", ");
    const unknown = unknownTeams(facts.owners, teams);
    const who = unknown.length === 0 ? "" : `; who is in ${unknown.slice(0, 3).join(", ")} is not said: add \`teams\``;
    return no(`approved by ${by}, but by none of its owners: ${facts.owners.slice(0, 5).join(", ")}${who}`);
  }
  const refusal = ownersRefusal(facts.owned, approved, teams);
  if (refusal !== undefined) return no(refusal);
  const named = facts.owned.reduce((sum, it) => sum + it.count, 0);
  const people = [...new Set(approved)].slice(0, 5).join(", ");
  return {
    verdict: "pass",
    reason: `passed by ${people}; ${named} of ${facts.changed} changed files are named for it in ${facts.codeOwners ?? "CODEOWNERS"}`,
  };
}

function signedRefusal(
  it: SignedReview,
  facts: SecurityFacts,
  { commit, now }: Judging,
  teams: readonly TeamMembers[],
): string | undefined {
  if (it.commit !== commit) return `${it.reviewer} reviewed ${it.commit.slice(0, 12)}, another commit`;
  if (it.outcome === "failed") return `${it.reviewer} did not let it pass: ${it.scope}`;
  const open = it.findings.filter((one) => !one.mended && (one.severity === "critical" || one.severity === "high"));
  if (open.length > 0) {
    const first = open.slice(0, 5).map((one) => `${one.title} (${one.severity})`);
    return `${open.length} findings of ${it.reviewer} are not mended: ${first.join(", ")}`;
  }
  if (isOneOf(it.reviewer, facts.people)) return `${it.reviewer} had part in what is released`;
  if (!isOwner(it.reviewer, facts.owners, teams)) {
    return `${it.reviewer} is none of the owners for security: ${facts.owners.slice(0, 5).join(", ")}`;
  }
  const age = now.getTime() - Date.parse(it.at);
  if (age < -clockSkew) return `the review of ${it.reviewer} is from the future: ${it.at}`;
  if (age > oldestReview) return `the review of ${it.reviewer} is of ${it.at}, more than 30 days ago`;
  return undefined;
}
