import { isDeepStrictEqual } from "node:util";
import { standingOf } from "../../project/instances.ts";
import { type EnvironmentName, sayWeights, sharedWeights, type Weights } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { servesAsAsked } from "../../release/servesAsAsked.ts";
import type { Standing } from "../../release/strategy/rolling.ts";
import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import { engineEvents } from "../engine/engineEvents.ts";
import { sayLive } from "../live.ts";
import type { Platform, Serving } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";

export interface TrafficUpdate {
  readonly context: Context;
  readonly platform: Platform;
  readonly engine: Engine;
  readonly reporter: Reporter;
}

/** What serves after an update, and epoch ms at which it was seen to move that, where it was. */
export interface Updated {
  readonly serving: Serving;
  readonly movedAt: number | undefined;
}

/** What an update moves users' traffic by, where the platform does not keep the time itself. */
const movers = new Set([
  "aws:lb/listenerRule:ListenerRule",
  "kubernetes:core/v1:Service",
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
]);

/**
 * Asks for traffic, and with a rolling release for instances, by one update of the stack. Reads back what serves and fails when it is not
 * what was asked. After a failure the settings say what serves, so that a refused move waits for no later update.
 */
export async function updateTraffic(
  { context, platform, engine, reporter }: TrafficUpdate,
  asked: Standing,
): Promise<Updated> {
  const weights = sharedWeights(asked.live, asked.share);
  const before = standingOf(context.settings());
  const had = sharedWeights(before.live, before.share);
  const moves = !isDeepStrictEqual(had, weights);
  write(context, asked);
  const tell = engineEvents(reporter);
  let movedAt: number | undefined;
  try {
    await engine.up((event) => {
      if (movers.has(event.resOutputsEvent?.metadata.type ?? "")) movedAt = Date.now();
      tell(event);
    });
  } catch (error) {
    const serving = await platform.serving().catch(() => undefined);
    const agrees = (it: Weights) => serving !== undefined && servesAsAsked(serving, platform, it);
    // Where instances share traffic, one share cannot be told from another: then nothing says that it was moved.
    if (!moves || !agrees(weights) || agrees(had)) write(context, left(before, serving?.environment));
    throw error;
  }
  const serving = await platform.serving();
  if (servesAsAsked(serving, platform, weights)) return { serving, movedAt };
  throw new Problem({
    happened: `The update ended, but users are not served as it asked: ${sayWeights(weights)}.`,
    where: await sayLive(serving, platform),
    next: "run `greenlight status`; then `greenlight rollback`, or the same command again",
    exitCode: exitCodes.notAsAsked,
  });
}

/** What the settings say after an update that moved nothing: as before, or what one side alone serves in spite of it. */
function left(before: Standing, serves: EnvironmentName | undefined): Standing {
  return serves === undefined || (serves === before.live && before.share === 0) ? before : { live: serves, share: 0 };
}

function write({ stackFile, projectName }: Context, { live, share, room }: Standing): void {
  stackFile.set({
    [`${projectName}:live`]: live,
    [`${projectName}:share`]: share === 0 ? undefined : String(share),
    [`${projectName}:room`]: room === undefined ? undefined : String(room),
  });
}
