import papaparse from "papaparse";
import { z } from "zod";
import { shaped } from "../reportJson.ts";
import type { Issue } from "./issue.ts";

const priorityByNumber = ["none", "urgent", "high", "medium", "low"] as const;
const open = new Set(["triage", "backlog", "unstarted", "started"]);

/** Lengths of a page: when nobody asked for another, a round one, and the longest. */
const pageLengths = new Set([50, 100, 250]);

const node = z.object({
  identifier: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,50}-\d{1,10}$/, "no identifier such as ENG-12"),
  title: z.string(),
  priority: z.number().int().min(0).max(4),
  state: z.object({ type: z.string() }),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }),
});
const connection = z.object({
  nodes: z.array(z.unknown()),
  pageInfo: z.object({ hasNextPage: z.boolean() }).optional(),
});
const answer = z.object({ data: z.object({ issues: connection }) });

/**
 * Issues of a Linear GraphQL query: the whole answer, its `issues`, or their nodes.
 *
 * @throws Error when the query has a next page
 */
export function linearIssues(value: unknown): Issue[] {
  const whole = answer.safeParse(value);
  const { nodes, pageInfo } = whole.success
    ? whole.data.data.issues
    : shaped(connection, Array.isArray(value) ? { nodes: value } : value, "Linear");
  if (pageInfo?.hasNextPage === true) throw new Error("it has only the first page of the query's issues");
  if (pageInfo === undefined && pageLengths.has(nodes.length)) {
    throw new Error(
      `it has exactly ${nodes.length} issues, one page, and does not say that it is the last: query pageInfo { hasNextPage } too`,
    );
  }
  return nodes.map((one) => {
    const it = shaped(node, one, "Linear");
    return {
      ref: it.identifier,
      also: [it.identifier.toLowerCase()],
      title: it.title,
      state: stateOf(it.state.type),
      kinds: it.labels.nodes.map((label) => label.name.toLowerCase()),
      priorities: [priorityByNumber[it.priority] ?? "none"],
    };
  });
}

const row = z.object({
  ID: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,50}-\d{1,10}$/, "no identifier such as ENG-12"),
  Title: z.string(),
  Priority: z.string(),
  Labels: z.string(),
  Completed: z.string(),
  Canceled: z.string(),
});
const columns = ["ID", "Title", "Status", "Priority", "Labels", "Completed", "Canceled"] as const;

/** Issues of Linear's own export as CSV. @throws Error naming the columns that are missing, or what is wrong in a line */
export function linearCsv(text: string): Issue[] {
  const { data, errors, meta } = papaparse.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: true,
    delimiter: ",",
  });
  const missing = columns.filter((name) => meta.fields?.includes(name) !== true);
  if (missing.length > 0) throw new Error(`it is no export of Linear: no column ${missing.join(", ")}`);
  const [fault] = errors;
  if (fault !== undefined) throw new Error(`its CSV is broken or cut short near row ${(fault.row ?? 0) + 2}`);
  return data.map((one) => {
    const it = shaped(row, one, "Linear");
    return {
      ref: it.ID,
      also: [it.ID.toLowerCase()],
      title: it.Title,
      state: it.Canceled.trim() !== "" ? "dropped" : it.Completed.trim() !== "" ? "done" : "open",
      kinds: it.Labels.split(",").map((label) => label.trim().toLowerCase()),
      priorities: [it.Priority.trim().toLowerCase()],
    };
  });
}

function stateOf(type: string): Issue["state"] {
  if (type === "completed") return "done";
  if (type === "canceled" || type === "duplicate") return "dropped";
  if (open.has(type)) return "open";
  throw new Error(`it has an issue whose state is of a type that Linear does not have: ${type.slice(0, 40)}`);
}
