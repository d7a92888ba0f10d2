import { approvalOf, oldestReview } from "../../../evidence/review/approvals.ts";
import { type MigrationReviewFacts, migrationReviewFacts } from "../../../evidence/review/migrationReviewFacts.ts";
import { ownersRefusal } from "../../../evidence/review/ownersRefusal.ts";
import type { ReviewSummary } from "../../../evidence/review/reviewSummary.ts";
import { byFiles } from "../../evidence.ts";
import { fail, item, type Judging, notApplicable, pass } from "../../item.ts";

/** The seed's "Migration scripts reviewed": by somebody who did not write them, and by their owners. */
export const migrationReview = item({
  id: "database/review",
  group: "database",
  title: "Migration scripts reviewed",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "Every commit that touches a pending migration script or the rollback script is in a pull request whose head somebody else approved within 30 days, or carries a Reviewed-by of somebody else; scripts that CODEOWNERS names are approved by one of their owners. The scripts are as the released commit has them.",
  mend: "let somebody else approve the scripts in the pull request, or sign their commits with `Reviewed-by: Name <address>`; record an export with `greenlight evidence add <version> database/review <file>`",
  facts: migrationReviewFacts,
  judge(facts, judging) {
    if (facts.tool === "none") return notApplicable("the release has no migrations");
    if (facts.scripts.count === 0) return notApplicable("no migration is pending");
    if (facts.uncommitted.count > 0) {
      return fail(
        `${facts.uncommitted.count} of ${facts.scripts.count} scripts are not as the released commit has them: ${facts.uncommitted.first.join(", ")}`,
      );
    }
    if (facts.commits === 0) return fail("git knows no commit that brought the migration scripts");
    // Pull requests of code/review that do not touch the scripts say nothing of them.
    if (facts.files.length === 0) return verdictOf(facts, judging, []);
    return byFiles(facts.files, judging, oldestReview, (summaries) => verdictOf(facts, judging, summaries));
  },
});

function verdictOf(facts: MigrationReviewFacts, { now }: Judging, summaries: readonly ReviewSummary[]) {
  const no = (reason: string) => ({ ...fail(reason), verdict: "fail" as const });
  const touching = summaries
    .flatMap((it) => it.pulls)
    .filter((pull) => (facts.pulls.find((it) => it.number === pull.number)?.commits ?? 0) > 0);
  const approvals = touching.map((pull) => approvalOf(pull, now));
  const refusals = approvals.flatMap((it) => ("refusal" in it ? [it.refusal] : []));
  if (refusals.length > 0) return no(refusals.slice(0, 5).join("; "));
  const { bare } = facts;
  if (bare.count > 0) {
    const first = bare.first.map((it) => `${it.commit.slice(0, 12)} ${it.subject}`).join(", ");
    return no(
      `${bare.count} of ${facts.commits} commits that touch the scripts were reviewed by nobody else: ${first}`,
    );
  }
  const approved = [...new Set(approvals.flatMap((it) => it.approvedBy))];
  const teams = summaries.flatMap((it) => it.teams);
  const refusal = ownersRefusal(facts.owned, [...approved, ...facts.addresses], teams);
  if (refusal !== undefined) return no(refusal);
  const by = [...approved, ...facts.signers];
  // Nothing bare, and yet nobody: facts that cannot be.
  if (by.length === 0) return no("nobody is known to have reviewed them");
  const owned = facts.owned.length === 0 ? "" : ", their owners among them";
  const reason = `${facts.scripts.count} scripts in ${facts.commits} commits, reviewed by ${by.slice(0, 5).join(", ")}${owned}`;
  return { ...pass(reason), verdict: "pass" as const };
}
