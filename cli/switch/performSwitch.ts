import { isDeepStrictEqual } from "node:util";
import { type EnvironmentName, weightsFor } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import { engineEvents } from "../engine/engineEvents.ts";
import { JournalFile } from "../journal/journalFile.ts";
import { sayLive } from "../live.ts";
import type { Platform } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";
import type { MoveRecord } from "../result.ts";

export interface SwitchArgs {
  readonly context: Context;
  readonly platform: Platform;
  readonly engine: Engine;
  readonly to: EnvironmentName;
  readonly version: string;
  readonly from: { readonly environment: EnvironmentName; readonly version: string } | undefined;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** What an update moves users' traffic by, where the platform does not keep the time itself. */
const movers = new Set([
  "aws:lb/listenerRule:ListenerRule",
  "kubernetes:core/v1:Service",
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
]);

/**
 * The switch as an update of the stack: one changed setting. Reads back what serves and fails when it is not what was
 * asked; records the move in the journal.
 */
export async function performSwitch(args: SwitchArgs): Promise<MoveRecord> {
  const { context, platform, engine, to, from, reporter } = args;
  const settings = { live: `${context.projectName}:live`, share: `${context.projectName}:share` };
  const before = { live: context.stackFile.text(settings.live), share: context.stackFile.text(settings.share) };
  context.stackFile.set({ [settings.live]: to, [settings.share]: undefined });
  let ruleWrittenAt: number | undefined;
  const tell = engineEvents(reporter);
  try {
    await engine.up((event) => {
      if (movers.has(event.resOutputsEvent?.metadata.type ?? "")) ruleWrittenAt = Date.now();
      tell(event);
    });
  } catch (error) {
    const serving = await platform.serving().catch(() => undefined);
    // A refused switch must not wait in the settings for the next update: they say what serves.
    if (serving?.environment !== undefined) context.stackFile.set({ [settings.live]: serving.environment });
    // A canary that is not promoted stays one.
    else if (before.share !== undefined) {
      context.stackFile.set({ [settings.live]: before.live, [settings.share]: before.share });
    }
    throw error;
  }
  const serving = await platform.serving();
  const weights = weightsFor(to);
  const agrees = platform.services.every((name) => isDeepStrictEqual(serving.weights[name], weights));
  if (!agrees) {
    throw new Problem({
      happened: `The update ended, but ${to} does not serve everything.`,
      where: await sayLive(serving, platform),
      next: "run `greenlight status`; then `greenlight rollback` or the switch again",
      exitCode: exitCodes.notAsAsked,
    });
  }
  const readBackAt = serving.readAt.getTime();
  const writtenAt = platform.movedAt() ?? ruleWrittenAt ?? readBackAt;
  const move: MoveRecord = { from: from?.environment, to, writtenAt, readBackAt };
  new JournalFile(context).append({
    type: "switch",
    version: args.version,
    to,
    toVersion: args.version,
    ...(from === undefined ? {} : { fromVersion: from.version }),
    details: { move: { ...move, from: from?.environment ?? null } },
  });
  return move;
}
