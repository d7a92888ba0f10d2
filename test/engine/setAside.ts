import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Project } from "./project.ts";

/** Writes into a version's manifest that two people set these items aside for an hour. */
export async function setAside(project: Project, version: string, items: readonly string[]): Promise<void> {
  const file = `releases/${version}.yaml`;
  const manifest: object = parse(await readFile(join(project.folder, file), "utf8"));
  const overrides = items.map((item) => ({
    item,
    by: "on-call engineer",
    approvedBy: "head of engineering",
    approvedAt: new Date(Date.now() - 60_000).toISOString(),
    reason: "the shop of a test has no evidence of this",
    until: new Date(Date.now() + 3_600_000).toISOString(),
  }));
  await project.write(file, stringify({ ...manifest, overrides }));
}

/** Items that fail in what `greenlight check --json` printed. */
export function failing(json: { items: { id: string; verdict: string }[] }): string[] {
  return json.items.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
}

/** What is said of an item. */
export function reasonOf(json: { items: { id: string; reason: string }[] }, id: string): string {
  return json.items.find((it) => it.id === id)?.reason ?? "";
}

/** As the engine breaks lines and marks them, a text is one line. */
export const flat = (text: string) => text.replace(/\s+/g, " ");
