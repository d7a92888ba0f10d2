import { clockSkew } from "../../checklist/evidence.ts";
import { spokenDuration } from "../../duration.ts";
import { isOneOf } from "./people.ts";
import type { Opinion, PullSummary } from "./reviewSummary.ts";

/** Longest age of an approval: 30 days. Milliseconds. */
export const oldestReview = 30 * 24 * 3_600_000;

/** Who approved a pull request, or why it is not approved. */
export type Approval =
  | { readonly approvedBy: readonly string[] }
  | { readonly approvedBy: readonly []; readonly refusal: string };

/**
 * Whether a pull request is approved: by somebody who belongs to the repository and is neither its author nor an author, committer
 * or co-author of what is in it, of the very head, at most 30 days ago, and with nobody's request for changes standing. Of each
 * person the latest review counts; one that was dismissed takes an approval away, but never a request for changes before it.
 */
export function approvalOf(pull: PullSummary, now: Date): Approval {
  const no = (refusal: string) => ({ approvedBy: [] as const, refusal: `#${pull.number} ${refusal}` });
  if (pull.draft) return no("is a draft");
  if (pull.state === "closed") return no("was closed without being merged");
  const latest = latestOf(pull.opinions);
  const against = [...latest.values()].filter((it) => it.standing?.says === "changes requested");
  if (against.length > 0) return no(`has changes requested by ${names(against.map((it) => it.last.by))}`);
  const approvals = [...latest.values()].map((it) => it.last).filter((it) => it.says === "approved");
  const approvedBy = approvals.filter((it) => fault(it, pull, now) === undefined).map((it) => it.by);
  if (approvedBy.length > 0) return { approvedBy };
  if (approvals.length === 0) return no("has no approval");
  const faults = approvals.slice(0, 3).map((it) => fault(it, pull, now));
  return no(`has no approval that counts: ${faults.join("; ")}`);
}

/** Why an approval does not count. */
function fault(it: Opinion, pull: PullSummary, now: Date): string | undefined {
  if (it.bot) return `${it.by} is a program`;
  if (isOneOf(it.by, pull.people)) return `${it.by} wrote or committed part of it`;
  if (!it.member) return `${it.by} does not belong to the repository`;
  if (it.commit === undefined) return `${it.by}'s approval does not say of which commit it is`;
  if (it.commit !== pull.head) {
    return `${it.by} approved ${it.commit.slice(0, 12)}, before the last push to ${pull.head.slice(0, 12)}`;
  }
  const age = now.getTime() - Date.parse(it.at);
  if (age < -clockSkew) return `${it.by}'s approval is from the future: ${it.at}`;
  if (age > oldestReview) {
    return `${it.by}'s approval is ${spokenDuration(age)} old; at most ${spokenDuration(oldestReview)} are taken`;
  }
  return undefined;
}

interface Latest {
  readonly last: Opinion;
  readonly standing: Opinion | undefined;
}

function latestOf(opinions: readonly Opinion[]): ReadonlyMap<string, Latest> {
  const people = new Map<string, Latest>();
  for (const it of opinions.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const key = it.by.toLowerCase();
    people.set(key, { last: it, standing: it.says === "dismissed" ? people.get(key)?.standing : it });
  }
  return people;
}

function names(people: readonly string[]): string {
  return `${people.slice(0, 5).join(", ")}${people.length > 5 ? ` and ${people.length - 5} more` : ""}`;
}
