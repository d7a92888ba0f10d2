import { join } from "node:path";
import { repository } from "../../rehearsal/project.ts";
import { packNames } from "../../tools/packPolicies.ts";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { PreparedRelease } from "../preparedRelease.ts";
import { compare, median, type Pair, rounded } from "../statistics.ts";

/**
 * The preview of a release with and without both policy packs, and with two packs that have no policy at all, in turn, after one of each
 * that does not count.
 */
export async function previewWithPacks(bench: Bench): Promise<Figure> {
  const stand = await bench.stand();
  const release = await PreparedRelease.open(stand);
  const count = bench.options.short ? 2 : 9;
  const pairs: Pair[] = [];
  const emptyMs: number[] = [];
  try {
    await release.preview();
    await release.preview(...packs);
    await release.preview(...emptyPacks);
    for (let index = 0; index < count; index += 1) {
      bench.signal.throwIfAborted();
      const base = await release.preview();
      const compared = await release.preview(...packs);
      const empty = await release.preview(...emptyPacks);
      bench.say(
        `preview ${Math.round(base)} ms, with both packs ${Math.round(compared)} ms, with two empty ones ${Math.round(empty)} ms`,
      );
      pairs.push({ base, compared });
      emptyMs.push(empty);
    }
  } finally {
    release.close();
  }
  const { ratio, pairwise, medians } = compare(pairs);
  return figure({
    name: "preview-with-packs",
    title: "`pulumi preview` of a release with both policy packs, against one without",
    value: rounded(ratio),
    unit: "times",
    limit: { kind: "at most", value: 1.3 },
    how: `medians of ${count} previews each, in turn: ${Math.round(medians.compared)} ms against ${Math.round(medians.base)} ms; within a pair ${rounded(pairwise.min)} to ${rounded(pairwise.max)} ×; with two packs that have no policy ${Math.round(median(emptyMs))} ms (${rounded(median(emptyMs) / medians.base)} ×); packs from their bundles, checklist mandatory: ${release.judged} items judged by evidence, ${release.setAside} set aside`,
    facts: {
      withPacksMs: pairs.map((it) => Math.round(it.compared)),
      withEmptyPacksMs: emptyMs.map((it) => Math.round(it)),
      withoutMs: pairs.map((it) => Math.round(it.base)),
      pairwiseMin: rounded(pairwise.min),
      pairwiseMedian: rounded(pairwise.median),
      pairwiseMax: rounded(pairwise.max),
    },
  });
}

/** What the engine takes for two packs whatever they do. */
const emptyPacks = ["one", "two"].flatMap((it) => ["--policy-pack", join(repository, "bench", "emptyPacks", it)]);

/** Both packs of this repository, as a preview in its folder takes them. */
const packs = packNames().flatMap((it) => ["--policy-pack", join(repository, "policies", it)]);
