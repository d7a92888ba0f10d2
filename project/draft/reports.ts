import { readdirSync } from "node:fs";
import { join } from "node:path";
import { itemOfReport } from "../../release/draft/reportItem.ts";

/** Folder of a project in which reports are looked for. */
export const reportsFolder = "reports";
const formats = /\.(?:xml|json|sarif|csv|jtl)$/i;
/** How deep, and how many files, are looked at. */
const limits = { depth: 4, files: 500 } as const;

/** Report files of a project, by the item that their names tell. Paths are relative to the project. */
export interface FoundReports {
  readonly byItem: Readonly<Record<string, readonly string[]>>;
  /** Reports whose names tell no item. */
  readonly unknown: readonly string[];
}

/** Looks through `reports/`: regular files alone, no links. */
export function findReports(project: string): FoundReports {
  const byItem: Record<string, string[]> = {};
  const unknown: string[] = [];
  for (const path of filesIn(join(project, reportsFolder), "", limits.depth).slice(0, limits.files)) {
    if (!formats.test(path)) continue;
    const item = itemOfReport(path);
    const file = `${reportsFolder}/${path}`;
    if (item === undefined) unknown.push(file);
    else byItem[item] = [...(byItem[item] ?? []), file];
  }
  return { byItem, unknown };
}

function filesIn(folder: string, below: string, depth: number): readonly string[] {
  if (depth === 0) return [];
  return entriesOf(folder).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return filesIn(join(folder, entry.name), path, depth - 1);
    return entry.isFile() ? [path] : [];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
