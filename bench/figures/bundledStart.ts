import { join } from "node:path";
import { execa } from "execa";
import { repository } from "../../rehearsal/project.ts";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { compare, type Pair, rounded } from "../statistics.ts";

/** The command's start, from its sources and from its bundle in turn, as a person waits for it. */
export async function bundledStart(bench: Bench): Promise<Figure> {
  const count = bench.options.short ? 3 : 15;
  const pairs: Pair[] = [];
  await fromBundle(bench);
  for (let index = 0; index < count; index += 1) {
    pairs.push({ base: await fromSources(bench), compared: await fromBundle(bench) });
  }
  const { ratio, pairwise, medians } = compare(pairs);
  return figure({
    name: "bundled-start",
    title: "The start of `greenlight` from its bundle, against from its sources",
    value: rounded(ratio),
    unit: "times",
    limit: { kind: "at most", value: 0.6 },
    how: `\`greenlight --help\` as a whole process: medians of ${count} each, in turn: ${Math.round(medians.compared)} ms against ${Math.round(medians.base)} ms; within a pair ${rounded(pairwise.min)} to ${rounded(pairwise.max)} ×`,
    facts: {
      bundledMs: pairs.map((it) => Math.round(it.compared)),
      sourcesMs: pairs.map((it) => Math.round(it.base)),
    },
  });
}

const fromBundle = (bench: Bench) => started(bench, {});
const fromSources = (bench: Bench) => started(bench, { GREENLIGHT_FROM_SOURCES: "1" });

async function started(bench: Bench, env: Record<string, string>): Promise<number> {
  const began = performance.now();
  await execa(process.execPath, [join(repository, "cli", "bin.mjs"), "--help"], {
    env,
    stdin: "ignore",
    cancelSignal: bench.signal,
    timeout: 60_000,
  });
  return performance.now() - began;
}
