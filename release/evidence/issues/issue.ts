import { z } from "zod";

/** One issue of any tracker, as far as a release is concerned with it. */
export interface Issue {
  /** As people write it: `#12`, `SHOP-12`. */
  readonly ref: string;
  /** Other ways to write it, such as `shop/api#12`; in lower case. */
  readonly also: readonly string[];
  readonly title: string;
  /** `dropped`: closed without being done, such as a duplicate. */
  readonly state: "open" | "done" | "dropped";
  /** Labels, type, and what else tells what kind of issue it is; in lower case. */
  readonly kinds: readonly string[];
  /** Names of its priority or severity, in lower case; labels among them. */
  readonly priorities: readonly string[];
}

const count = z.number().int().nonnegative();
const words = z.string().max(400);
const listed = z.strictObject({ count, first: z.array(words).max(5) });

/** What an export of issues says. */
export const issuesSummary = z.strictObject({
  tracker: z.enum(["GitHub", "Jira", "Linear"]),
  issues: count,
  open: count,
  openBugs: count,
  /** Open bugs of critical or high priority, `ref title`. */
  severe: listed,
  /** Open bugs whose priority nobody has set. */
  unranked: listed,
  /** Of the references that were looked for: in which state each was found; what was not found is left out. */
  found: z.array(z.strictObject({ ref: words, state: z.enum(["open", "done", "dropped"]) })).max(200),
});
export type IssuesSummary = z.infer<typeof issuesSummary>;
