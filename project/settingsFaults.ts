import { z } from "zod";
import { nearest } from "../release/suggestion.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with a setting, one line a fault: the key, what was found, what was expected. */
export function faultsOfIssue(
  issue: Issue,
  shape: z.ZodType,
  values: ReadonlyMap<string, unknown>,
  namespace: string,
): string[] {
  const name = (path: readonly PropertyKey[]) =>
    `${namespace}:${path.map((key) => String(key).slice(0, 60)).join(".")}`;
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(shape, issue.path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const hint = known.includes(`${key}From`)
        ? `: it is a secret, which the stack file must not hold; name the environment variable that has it as ${key}From`
        : meant === undefined
          ? `; known: ${known.join(", ")}`
          : `; did you mean ${meant}?`;
      return `${name([...issue.path, key])} is no setting${hint}`;
    });
  }
  // A record's bad key says why in the inner issue.
  if (issue.code === "invalid_key") {
    const group = String(issue.path.at(-2) ?? "");
    return [
      `${name(issue.path)} is no name for ${namedIn[group] ?? "it"}; expected ${issue.issues[0]?.message ?? issue.message}`,
    ];
  }
  const found = valueAt(values, issue.path);
  // Where a variable's name belongs, its secret may stand by mistake.
  const secret = typeof found === "string" && String(issue.path.at(-1)).endsWith("From");
  return [`${name(issue.path)} is ${secret ? "something else" : tellFound(found)}; expected ${issue.message}`];
}

/** What the names in a group are names of. */
const namedIn: Readonly<Record<string, string>> = {
  services: "a service",
  channels: "a channel",
  teams: "a team",
  headers: "a header",
  labels: "a label",
};

/** A value as it is shown in an error: short, on one line. */
export function tellFound(value: unknown): string {
  if (value === undefined || value === null) return "missing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty group" : "a group of keys";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
}

/** The keys that may stand in the group at a path. */
export function keysAt(shape: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = shape;
  for (const key of path) {
    const group = groupOf(at);
    if (group instanceof z.ZodObject) at = group.shape[String(key)];
    else if (group instanceof z.ZodRecord) at = group.valueType;
    else return [];
  }
  const group = groupOf(at);
  return group instanceof z.ZodObject ? Object.keys(group.shape) : [];
}

/** The group behind optional and default. */
function groupOf(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault) at = at.unwrap();
  return at;
}

function valueAt(values: ReadonlyMap<string, unknown>, path: readonly PropertyKey[]): unknown {
  const [first, ...rest] = path;
  let at = values.get(String(first));
  for (const key of rest) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}
