import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportsOf, statements } from "./manifests.ts";
import { roles } from "./repository.ts";
import type { CommitName } from "./versions.ts";

/**
 * Writes what people say of a commit and no tool can make here: the security review, and the tracker's issues in the form of GitHub's
 * API.
 */
export function writeStatements(project: string, name: CommitName, commit: string, now: Date): void {
  const folder = join(project, reportsOf(name));
  mkdirSync(folder, { recursive: true });
  const write = (file: string, value: unknown) =>
    writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
  write(statements["code/security-review"], {
    commit,
    reviewer: roles.security.address,
    at: now.toISOString(),
    outcome: "passed",
    scope: "what the API takes from outside, its statements, and what it logs",
    findings: [],
  });
  write(statements["code/bugs"], [
    issue(1, "Products have categories", "closed", ["feature"]),
    issue(2, "Orders may carry a gift note", "closed", ["feature"]),
    issue(3, "The page's heading breaks on very narrow screens", "open", ["bug", "priority: low"]),
  ]);
}

function issue(number: number, title: string, state: "open" | "closed", labels: readonly string[]) {
  return {
    number,
    title,
    state,
    state_reason: state === "closed" ? "completed" : null,
    labels: labels.map((name) => ({ name })),
  };
}
