import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, other, sharedWeights } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import { engineEvents } from "../engine/engineEvents.ts";
import { sayLive } from "../live.ts";
import type { Platform } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";

/**
 * Gives a candidate a share of users' traffic, as an update of the stack: one changed setting. Reads back what serves and fails when
 * it is not what was asked. After a failure the settings say what they said before, unless traffic has moved all the same.
 *
 * @param share percent, from 1 to 99
 */
export async function performShare(it: {
  readonly context: Context;
  readonly platform: Platform;
  readonly engine: Engine;
  readonly to: EnvironmentName;
  readonly share: number;
  readonly reporter: Reporter;
}): Promise<void> {
  const { context, platform, engine, to, share, reporter } = it;
  const setting = `${context.projectName}:share`;
  const weights = sharedWeights(other(to), share);
  const agrees = (serving: Awaited<ReturnType<Platform["serving"]>>) =>
    platform.services.every((name) => isDeepStrictEqual(serving.weights[name], weights));
  const before = context.stackFile.text(setting);
  context.stackFile.set({ [setting]: String(share) });
  try {
    await engine.up(engineEvents(reporter));
  } catch (error) {
    const serving = await platform.serving().catch(() => undefined);
    if (serving === undefined || !agrees(serving)) context.stackFile.set({ [setting]: before });
    throw error;
  }
  const serving = await platform.serving();
  if (agrees(serving)) return;
  throw new Problem({
    happened: `The update ended, but ${to} does not answer ${share} % of users' requests.`,
    where: await sayLive(serving, platform),
    next: "run `greenlight status`; then `greenlight rollback`, or the release again",
    exitCode: exitCodes.notAsAsked,
  });
}
