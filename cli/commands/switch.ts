import { type EnvironmentName, other } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import { Engine } from "../engine/engine.ts";
import { liveNow, requirePlatform, sayLive } from "../live.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult, MoveRecord, ServingRecord } from "../result.ts";
import { withStackLock } from "../stackLock.ts";
import { performSwitch } from "../switch/performSwitch.ts";
import { confirm } from "../terminal/confirm.ts";

export interface SwitchOptions extends GlobalOptions {
  readonly environment: EnvironmentName;
}

export interface SwitchResult {
  readonly ok: boolean;
  readonly move: MoveRecord;
  readonly serving: ServingRecord;
}

/** Sets the live environment, updates, and reads back what serves. */
export async function switchCommand(
  options: SwitchOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<SwitchResult>> {
  const context = openContext(options);
  const platform = await requirePlatform(context);
  const before = await platform.serving();
  const from = await liveNow(before, platform);
  const version = context.settings()[options.environment];
  if (version === undefined) {
    throw new Problem({
      happened: `${options.environment} has no version, so it cannot serve.`,
      where: context.stackFile.path,
      untouched: `Nothing was changed: ${await sayLive(before, platform)}.`,
      next: `deploy a version to it with \`greenlight release\`, or switch to ${other(options.environment)}`,
      exitCode: exitCodes.usage,
    });
  }
  const question = `${await sayLive(before, platform)}. Switch all traffic to ${options.environment} ${version}?`;
  if (!(await confirm(question, { yes: options.yes, signal }))) {
    throw new Problem({
      happened: "Not confirmed.",
      untouched: "Nothing was changed.",
      exitCode: exitCodes.interrupted,
    });
  }
  return withStackLock(context, `switch to ${options.environment} ${version}`, async () => {
    const engine = await Engine.open(context, (text) => reporter.tell({ kind: "step", text }));
    await engine.recover();
    const move = await performSwitch({
      context,
      platform,
      engine,
      to: options.environment,
      version,
      from,
      reporter,
      signal,
    });
    const serving = await platform.serving();
    const live = await liveNow(serving, platform);
    return {
      exitCode: live?.environment === options.environment ? exitCodes.ok : exitCodes.notAsAsked,
      json: {
        ok: live?.environment === options.environment,
        move,
        serving: { environment: live?.environment, version: live?.version, readAt: serving.readAt.toISOString() },
      },
      text: `${await sayLive(serving, platform)}. The way back: \`greenlight rollback --reason "…"\`.`,
    };
  });
}
