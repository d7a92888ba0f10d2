import { readJson } from "../reportJson.ts";
import { firstText, wholeText } from "../reportText.ts";
import { shown } from "../shown.ts";
import { githubIssues } from "./github.ts";
import type { Issue, IssuesSummary } from "./issue.ts";
import { jiraIssues } from "./jira.ts";
import { linearCsv, linearIssues } from "./linear.ts";
import { isBug, priorityOf } from "./priorities.ts";

/**
 * Reads an export of issues: GitHub's API, a Jira search, Linear as JSON or CSV; told apart by what is in it.
 *
 * @param refs references whose state is to be told, as a manifest writes them
 * @throws Error with one sentence for what is none of them, has no issue at all, or is not whole
 */
export function readIssues(bytes: Buffer, refs: readonly string[] = []): IssuesSummary {
  const { tracker, issues } = issuesIn(bytes);
  // An export of nothing shows no bugs whatever there are.
  if (issues.length === 0) throw new Error("it has no issues at all, open or closed, so it shows nothing");
  const open = issues.filter((it) => it.state === "open");
  const bugs = open.filter(isBug);
  const ranked = bugs.map((it) => ({ it, priority: priorityOf(it) }));
  return {
    tracker,
    issues: issues.length,
    open: open.length,
    openBugs: bugs.length,
    severe: listed(ranked.filter(({ priority }) => priority === "critical" || priority === "high").map(({ it }) => it)),
    unranked: listed(ranked.filter(({ priority }) => priority === undefined).map(({ it }) => it)),
    found: refs.slice(0, 200).flatMap((ref) => stateOf(ref, issues)),
  };
}

function issuesIn(bytes: Buffer): { readonly tracker: IssuesSummary["tracker"]; readonly issues: readonly Issue[] } {
  const head = firstText(bytes).trimStart();
  if (head !== "" && !head.startsWith("[") && !head.startsWith("{")) {
    return { tracker: "Linear", issues: linearCsv(wholeText(bytes)) };
  }
  const value = readJson(bytes);
  const first: unknown = Array.isArray(value) ? value.flat(1)[0] : value;
  if (has(first, "number") || (Array.isArray(value) && first === undefined)) {
    return { tracker: "GitHub", issues: githubIssues(value) };
  }
  if (has(first, "identifier") || has(first, "data") || has(first, "nodes")) {
    return { tracker: "Linear", issues: linearIssues(value) };
  }
  if (has(first, "issues")) return { tracker: "Jira", issues: jiraIssues(value) };
  throw new Error("it is no export of issues from GitHub, Jira or Linear");
}

function has(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}

/** Of several issues that a reference may mean, one that is not done counts. */
function stateOf(ref: string, issues: readonly Issue[]): IssuesSummary["found"] {
  const plain = ref.trim().toLowerCase();
  const number = /^#?(\d{1,10})$/.exec(plain)?.[1];
  const meant = issues.filter((it) => it.also.includes(number ?? plain) || it.ref.toLowerCase() === plain);
  const [first] = meant;
  if (first === undefined) return [];
  return [{ ref: shown(ref), state: (meant.find((it) => it.state !== "done") ?? first).state }];
}

function listed(issues: readonly Issue[]) {
  return {
    count: issues.length,
    first: issues.slice(0, 5).map((it) => `${it.ref} ${shown(it.title, 80)}`.trim()),
  };
}
