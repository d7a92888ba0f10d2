import { z } from "zod";
import { shaped } from "../reportJson.ts";
import type { Issue } from "./issue.ts";

const named = z.object({ name: z.string() });
const shape = z.object({
  key: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,50}-\d{1,10}$/, "no key such as SHOP-12"),
  fields: z.object({
    summary: z.string().nullish(),
    status: z.object({ name: z.string().nullish(), statusCategory: z.object({ key: z.string() }) }),
    priority: named.nullish(),
    issuetype: named.nullish(),
    resolution: named.nullish(),
    labels: z.array(z.string()).nullish(),
  }),
});

/** A page of a search, by the old and the new way of telling whether it is all. */
const page = z.object({
  issues: z.array(z.unknown()),
  startAt: z.number().optional(),
  total: z.number().optional(),
  isLast: z.boolean().optional(),
  nextPageToken: z.string().nullish(),
});

/** Resolutions that close an issue without doing it, in lower case. */
const dropped = new Set([
  "won't do",
  "won't fix",
  "wont do",
  "wont fix",
  "duplicate",
  "cannot reproduce",
  "declined",
  "rejected",
  "incomplete",
  "abandoned",
  "obsolete",
]);

/**
 * Issues of a Jira search, as its REST API gives them, or an array of the search's pages.
 *
 * @throws Error when pages are missing
 */
export function jiraIssues(value: unknown): Issue[] {
  const pages = (Array.isArray(value) ? value : [value]).map((it) => shaped(page, it, "Jira"));
  const all = pages.flatMap((it) => it.issues);
  const total = Math.max(0, ...pages.map((it) => it.total ?? 0));
  if (all.length < total) throw new Error(`it has ${all.length} of the ${total} issues that the search found`);
  const last = pages.at(-1);
  if (last?.isLast === undefined && !pages.some((it) => it.total !== undefined)) {
    throw new Error("it says neither how many issues the search found nor that its last page is among them");
  }
  if (last?.isLast === false || (typeof last?.nextPageToken === "string" && last.nextPageToken !== "")) {
    throw new Error("it has only the first of the search's pages: take all of them");
  }
  return all.map((one) => {
    const { key, fields } = shaped(shape, one, "Jira");
    const done = fields.status.statusCategory.key.toLowerCase() === "done";
    const resolution = fields.resolution?.name.toLowerCase().replace("’", "'") ?? "";
    return {
      ref: key,
      also: [key.toLowerCase()],
      title: fields.summary ?? "",
      state: !done ? "open" : dropped.has(resolution) ? "dropped" : "done",
      kinds: [
        ...(fields.issuetype === null || fields.issuetype === undefined ? [] : [fields.issuetype.name]),
        ...(fields.labels ?? []),
      ].map((it) => it.toLowerCase()),
      priorities: fields.priority === null || fields.priority === undefined ? [] : [fields.priority.name.toLowerCase()],
    };
  });
}
