import { type Settings, thresholdsOf } from "../config.ts";
import { strategyOf } from "../project/strategySettings.ts";
import type { BakeSource } from "../provider/gates/bakeSource.ts";
import { sharedWeights } from "../release/environment.ts";
import type { Kind } from "../release/transition.ts";
import type { StackArgs } from "./platforms.ts";
import type * as pulumi from "./pulumi.ts";
import { GreenlightResource } from "./resource.ts";

/**
 * The watch inside an update of who was given traffic, where the settings ask for it; after it nothing of the update is left to do.
 *
 * @param kind what kind of update this is
 * @param source who tells what users are answered; called only where somebody watches
 */
export function bakeGate(
  { settings, watched = false }: Pick<StackArgs, "settings" | "watched">,
  kind: pulumi.Input<Kind>,
  source: () => BakeSource,
  opts: pulumi.CustomResourceOptions,
): void {
  if (settings.bake === 0) return;
  new GreenlightResource<{ verdict: string }>(
    "greenlight:index:BakeGate",
    "bake",
    { ...bakeArgs(settings, source()), kind, watched },
    ["verdict"],
    opts,
  );
}

/** What the gate is asked, by the settings: whom to watch, for how long, and what makes a no-go. */
export function bakeArgs(settings: Settings, source: BakeSource) {
  const { bake, live, share, blue, green, strategy, watch } = settings;
  const thresholds = thresholdsOf(settings);
  const { minRequests, patienceMs } = strategyOf(strategy, watch.for);
  return {
    source,
    services: Object.keys(settings.services),
    thresholds,
    live,
    weights: sharedWeights(live, share),
    versions: { ...(blue === undefined ? {} : { blue }), ...(green === undefined ? {} : { green }) },
    forMs: bake,
    patienceMs,
    everyMs: watch.every,
    // Blue/green has no shares of its own; one that is given by hand is compared by as many as the thresholds want.
    minRequests: strategy.kind === "blue-green" ? thresholds.minRequests : minRequests,
  };
}
