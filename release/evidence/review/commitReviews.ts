import { isOneOf, namesIn } from "./people.ts";

/** A commit as git tells it. */
export interface CommitRead {
  readonly commit: string;
  readonly subject: string;
  /** Names and addresses of its author, committer and co-authors. */
  readonly people: readonly string[];
  /** What its `Reviewed-by:` trailers say, each `Name <address>`. */
  readonly reviewers: readonly string[];
  /** A merge of two that holds nothing but what git itself makes of them. */
  readonly cleanMerge: boolean;
}

/** Of its `Reviewed-by:` trailers those that name somebody, by name and address, who had no other part in the commit. */
export function reviewersOf(it: CommitRead): readonly string[] {
  return it.reviewers.filter((reviewer) => {
    const names = namesIn(reviewer);
    return names.length === 2 && names[1]?.includes("@") === true && !names.some((name) => isOneOf(name, it.people));
  });
}
