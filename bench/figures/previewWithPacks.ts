import { join } from "node:path";
import { repository } from "../../rehearsal/project.ts";
import { packNames } from "../../tools/packPolicies.ts";
import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { PreparedRelease } from "../preparedRelease.ts";
import { compare, type Pair, rounded } from "../statistics.ts";

/** The preview of a release with and without both policy packs, in turn, after one of each that does not count. */
export async function previewWithPacks(bench: Bench): Promise<Figure> {
  const stand = await bench.stand();
  const release = await PreparedRelease.open(stand);
  const count = bench.options.short ? 2 : 9;
  const pairs: Pair[] = [];
  try {
    await release.preview();
    await release.preview(...packs);
    for (let index = 0; index < count; index += 1) {
      bench.signal.throwIfAborted();
      const base = await release.preview();
      const compared = await release.preview(...packs);
      bench.say(`preview ${Math.round(base)} ms, with both packs ${Math.round(compared)} ms`);
      pairs.push({ base, compared });
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
    how: `medians of ${count} previews each, in turn: ${Math.round(medians.compared)} ms against ${Math.round(medians.base)} ms; within a pair ${rounded(pairwise.min)} to ${rounded(pairwise.max)} ×; packs from their bundles, checklist mandatory: ${release.judged} items judged by evidence, ${release.setAside} set aside`,
    facts: {
      withPacksMs: pairs.map((it) => Math.round(it.compared)),
      withoutMs: pairs.map((it) => Math.round(it.base)),
      pairwiseMin: rounded(pairwise.min),
      pairwiseMedian: rounded(pairwise.median),
      pairwiseMax: rounded(pairwise.max),
    },
  });
}

/** Both packs of this repository, as a preview in its folder takes them. */
const packs = packNames().flatMap((it) => ["--policy-pack", join(repository, "policies", it)]);
