import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { placesIn, repository } from "../rehearsal/project.ts";
import { type Summary, summaryShape } from "../rehearsal/summary.ts";
import { Problem } from "../release/problem.ts";

export interface RehearsalRun {
  /** From the start of the command to its end, as a person waits for it. */
  readonly tookMs: number;
  readonly summary: Summary;
}

/**
 * `npm run rehearse`, as a process of its own, and what its summary says.
 *
 * @throws Problem when it did not end well: the duration of a failed rehearsal says nothing
 */
export async function rehearsalRun(
  full: boolean,
  { signal, say }: { signal: AbortSignal; say: (line: string) => void },
): Promise<RehearsalRun> {
  const args = full ? [] : ["--quick"];
  const startedAt = Date.now();
  const began = performance.now();
  const child = execa("npm", ["run", "--silent", "rehearse", "--", ...args, "--json"], {
    cwd: repository,
    stdin: "ignore",
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: 60_000,
    timeout: 20 * 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  createInterface({ input: child.stderr }).on("line", say);
  const ended = await child;
  const tookMs = performance.now() - began;
  signal.throwIfAborted();
  const file = join(placesIn(repository).home, "summary.json");
  if (ended.exitCode !== 0) {
    throw new Problem({
      happened: `The rehearsal ended with ${ended.exitCode ?? ended.signal ?? "no exit code"}, so its figures say nothing.`,
      where: file,
      next: `run \`npm run rehearse${full ? "" : " -- --quick"}\` and see what it says`,
    });
  }
  const summary = summaryShape.parse(JSON.parse(readFileSync(file, "utf8")));
  if (Date.parse(summary.startedAt) < startedAt - 1000 || summary.quick === full) {
    throw new Problem({ happened: "The rehearsal's summary is not the one of this run.", where: file });
  }
  return { tookMs, summary };
}
