import type { EnvironmentName } from "../../release/environment.ts";
import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import { JournalFile } from "../journal/journalFile.ts";
import type { Platform } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";
import type { MoveRecord } from "../result.ts";
import { giveShare } from "./giveShare.ts";

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

/**
 * The switch: all traffic to one side, by an update of the stack, or with `rolling` by several. Reads back what serves and fails when it is
 * not what was asked; records the move in the journal.
 */
export async function performSwitch(args: SwitchArgs): Promise<MoveRecord> {
  const { context, to, from, signal } = args;
  const moved = await giveShare(args, { live: to, share: 0 }, signal);
  const move: MoveRecord = { from: from?.environment, to, ...moved };
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
