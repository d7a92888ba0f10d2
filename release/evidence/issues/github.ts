import { z } from "zod";
import { shaped } from "../reportJson.ts";
import { wholeList } from "../wholeList.ts";
import type { Issue } from "./issue.ts";

const label = z.union([z.string(), z.object({ name: z.string().nullish() })]);
const shape = z.object({
  number: z.number().int().positive(),
  title: z.string(),
  state: z.string(),
  state_reason: z.string().nullish(),
  labels: z.array(label),
  type: z.object({ name: z.string().nullish() }).nullish(),
  html_url: z.string().nullish(),
  pull_request: z.unknown().optional(),
});

/** Why GitHub says that an issue was closed, when it was not done. */
const dropped = new Set(["not_planned", "duplicate"]);

/** Issues as GitHub's API gives them (`gh api --paginate --slurp "repos/{o}/{r}/issues?state=all"`); pull requests among them are passed over. */
export function githubIssues(value: unknown): Issue[] {
  return wholeList(value, "issues").flatMap((one): Issue[] => {
    const it = shaped(shape, one, "GitHub");
    if (it.pull_request !== undefined && it.pull_request !== null) return [];
    const state = it.state.toLowerCase();
    if (state !== "open" && state !== "closed") throw new Error(`it has an issue whose state is ${state.slice(0, 40)}`);
    const labels = it.labels.flatMap((name) => (typeof name === "string" ? name : (name.name ?? []))).map(lower);
    const repository = /^https:\/\/[^/]+\/([^/]+\/[^/]+)\/issues\/\d+$/.exec(it.html_url ?? "")?.[1];
    return [
      {
        ref: `#${it.number}`,
        also: [`${it.number}`, ...(repository === undefined ? [] : [`${repository}#${it.number}`.toLowerCase()])],
        title: it.title,
        state: state === "open" ? "open" : dropped.has(it.state_reason?.toLowerCase() ?? "") ? "dropped" : "done",
        kinds: [...labels, ...(typeof it.type?.name === "string" ? [lower(it.type.name)] : [])],
        priorities: labels,
      },
    ];
  });
}

const lower = (text: string): string => text.toLowerCase();
