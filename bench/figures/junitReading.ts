import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { repository } from "../../rehearsal/project.ts";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { median, rounded } from "../statistics.ts";

const tests = 10_000;
const told = z.object({ bytes: z.number().positive(), ms: z.array(z.number().positive()).min(2) });

/** A large test report, read in processes of their own: without warm-up, and after it. */
export async function junitReading(bench: Bench): Promise<Figure> {
  const processes = bench.options.short ? 2 : 7;
  const times = bench.options.short ? 3 : 10;
  const runs: z.infer<typeof told>[] = [];
  for (let index = 0; index < processes; index += 1) {
    const { stdout } = await execa(
      process.execPath,
      ["--import", "tsx", join(repository, "bench", "junitReading.ts"), String(tests), String(times)],
      { cwd: repository, stdin: "ignore", cancelSignal: bench.signal, timeout: 120_000 },
    );
    runs.push(told.parse(JSON.parse(stdout)));
  }
  const first = runs.map(({ ms }) => ms[0] ?? Number.NaN);
  const later = runs.flatMap(({ ms }) => ms.slice(1));
  const [cold, warm] = [median(first), median(later)];
  return figure({
    name: "junit-reading",
    title: "Reading a JUnit file of 10,000 tests",
    value: rounded(cold, 0),
    unit: "ms",
    limit: { kind: "under", value: 300 },
    how: `in process, without warm-up: median of the first reading in ${processes} processes, at most ${rounded(Math.max(...first), 0)} ms; after warm-up ${rounded(warm, 0)} ms, median of ${later.length}; ${rounded((runs[0]?.bytes ?? 0) / 1e6, 1)} MB`,
    facts: { coldMs: first.map((ms) => rounded(ms, 1)), warmMs: rounded(warm, 1), bytes: runs[0]?.bytes ?? 0 },
  });
}
