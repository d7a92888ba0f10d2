import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { NoopProgram } from "../noopProgram.ts";
import { benchHome, goodVersions } from "../stand.ts";
import { compare, type Pair, rounded } from "../statistics.ts";

const title = "`pulumi up` that only switches, against one with a single no-op resource";

/** Both updates in turn, after one of each that does not count, so that both meet the same machine. */
export async function switchUpdateRatio(bench: Bench): Promise<Figure> {
  const stand = await bench.stand();
  await stand.deployBeside("green", goodVersions.green);
  const noop = await NoopProgram.open(benchHome, bench.tools);
  const count = bench.options.short ? 2 : 9;
  const pairs: Pair[] = [];
  try {
    await noop.up();
    await stand.switchTo("green");
    for (let index = 0; index < count; index += 1) {
      bench.signal.throwIfAborted();
      const base = await noop.up();
      const compared = await stand.switchTo(index % 2 === 0 ? "blue" : "green");
      bench.say(`no-op ${Math.round(base)} ms, switch ${Math.round(compared)} ms`);
      pairs.push({ base, compared });
    }
  } finally {
    noop.close();
  }
  const { ratio, pairwise, medians } = compare(pairs);
  return figure({
    name: "switch-update-ratio",
    title,
    value: rounded(ratio),
    unit: "times",
    limit: { kind: "at most", value: 1.5 },
    how: `medians of ${count} updates each, in turn: ${Math.round(medians.compared)} ms against ${Math.round(medians.base)} ms; within a pair ${rounded(pairwise.min)} to ${rounded(pairwise.max)} ×`,
    facts: {
      switchMs: pairs.map((it) => Math.round(it.compared)),
      noopMs: pairs.map((it) => Math.round(it.base)),
      pairwiseMin: rounded(pairwise.min),
      pairwiseMedian: rounded(pairwise.median),
      pairwiseMax: rounded(pairwise.max),
    },
  });
}
