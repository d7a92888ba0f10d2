import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { rounded } from "../statistics.ts";

export async function rehearseQuick(bench: Bench): Promise<Figure> {
  return duration(bench, false);
}

export async function rehearseFull(bench: Bench): Promise<Figure> {
  return duration(bench, true);
}

async function duration(bench: Bench, full: boolean): Promise<Figure> {
  const { tookMs, summary } = await bench.rehearsal(full);
  return figure({
    name: full ? "rehearse-full" : "rehearse-quick",
    title: `\`npm run rehearse${full ? "" : " -- --quick"}\``,
    value: Math.round(tookMs / 1000),
    unit: "s",
    limit: { kind: "under", value: full ? 720 : 180 },
    how: `the whole command with everything cached: ${summary.scenarios.length} scenarios, all as expected, under ${summary.load.ratePerSecond} requests a second`,
    facts: { scenarios: summary.scenarios.length, requests: summary.requests },
  });
}

/** The most memory that everything started by a rehearsal used at once, its load generator aside. */
export async function memory(bench: Bench): Promise<Figure> {
  const { summary } = await bench.rehearsal(bench.options.full);
  const megabytes = (bytes: number) => rounded(bytes / 1e6, 0);
  const parts = Object.entries(summary.memory.by).toSorted(([, a], [, b]) => b - a);
  return figure({
    name: "memory",
    title: "Memory of all that we start, load generator aside",
    value: megabytes(summary.memory.peakBytes),
    unit: "MB",
    limit: { kind: "under", value: 1000 },
    how: `the peak of a ${summary.quick ? "quick" : "full"} rehearsal, ${summary.memory.measure === "pss" ? "proportional set size" : "resident set size"} summed every second: ${parts.map(([name, bytes]) => `${name} ${megabytes(bytes)}`).join(", ")}`,
    facts: Object.fromEntries(parts.map(([name, bytes]) => [name, megabytes(bytes)])),
  });
}
