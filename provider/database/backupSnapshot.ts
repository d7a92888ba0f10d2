import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";

const inputs = z.strictObject({
  /** Version that is about to be deployed. */
  version: z.string(),
  databaseUrl: z.string(),
  directory: z.string(),
  /** Restore it into a scratch database and compare row counts and checksums. */
  drill: z.boolean(),
  /** How many snapshots stay; the newest always does. */
  keep: z.number().int().min(1),
  keepOnDestroy: z.boolean(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly takenAt: string;
  /** Tables and the exact rows in each at that moment. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** What restoring it showed; absent when no drill was asked. */
  readonly drilled?: string;
  readonly present: boolean;
}

const suffix = ".dump";

/** The database before a release: a dump that was listed, digested and, when asked, restored and compared. */
export const backupSnapshot = handler<Inputs, Outputs>({
  inputs,
  drifted: (state) => !state.present,
  async create(step, it) {
    const outputs = await take(step, it);
    return { id: basename(outputs.file), outputs };
  },
  async read(_, __, state) {
    return { ...state, present: existsSync(state.file) && statSync(state.file).size === state.bytes };
  },
  async update(step, _, state, news) {
    // Only what a new release or a lost file needs is a new snapshot; other settings change nothing on disk.
    if (state.version === news.version && state.present) {
      prune(news, state.file);
      return state;
    }
    return take(step, news);
  },
  async delete(_, __, state) {
    if (state.keepOnDestroy) return;
    for (const name of [state.file, describedIn(state.file)]) rmSync(name, { force: true });
  },
});

/** Where what a snapshot holds is written down, for a rollback without the engine. */
export function describedIn(file: string): string {
  return `${file}.json`;
}

async function take(step: Step, it: Inputs): Promise<Outputs> {
  const { findTool } = await import("../../tools/toolchain.ts");
  const postgres = await findTool("postgres");
  if (postgres === undefined) {
    throw new Problem({ happened: "pg_dump is not installed.", next: "run `greenlight doctor`" });
  }
  const { parseDatabaseUrl } = await import("./connection.ts");
  const { takeSnapshot } = await import("./snapshot.ts");
  const connection = parseDatabaseUrl(it.databaseUrl);
  const tools = { bin: postgres.bin };
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const file = join(it.directory, `before-${it.version}-${stamp}${suffix}`);
  const snapshot = await takeSnapshot({ connection, tools, file, signal: step.signal, ifExists: "replace" });
  writeFileSync(describedIn(file), `${JSON.stringify(snapshot, null, 2)}\n`, { mode: 0o600 });
  let drilled: string | undefined;
  if (it.drill) {
    const { restoreDrill } = await import("./restore.ts");
    const { describeContent } = await import("./content.ts");
    const result = await restoreDrill({ snapshot, connection, tools, signal: step.signal });
    if (!result.ok) {
      throw new Problem({
        happened: `The snapshot does not restore to what was dumped: ${result.differences.map(describeContent).join("; ") || "the schema differs"}.`,
        where: file,
        untouched: "The database was not migrated; the live environment serves as before.",
        next: "look at the disk and at the database's log, then run the release again",
      });
    }
    drilled = `restored and compared by ${result.compared}: ${result.tables} tables, ${result.rows} rows, all equal`;
  }
  prune(it, file);
  return {
    file,
    bytes: snapshot.bytes,
    sha256: snapshot.sha256,
    takenAt: snapshot.takenAt,
    tables: snapshot.tables.map(({ name, rows }) => ({ name, rows })),
    ...(drilled === undefined ? {} : { drilled }),
    present: true,
  };
}

/** Removes the oldest beyond `keep`, never the one just taken. Names end in their time, so their order is by age. */
function prune(it: Inputs, current: string): void {
  const all = readdirSync(it.directory)
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(it.directory, name))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
  for (const old of all.slice(0, Math.max(0, all.length - it.keep))) {
    if (old === current) continue;
    rmSync(old, { force: true });
    rmSync(describedIn(old), { force: true });
  }
}
