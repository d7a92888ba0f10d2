import { type EnvironmentName, other } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import { Engine } from "../engine/engine.ts";
import { liveNow, requirePlatform, sayLive } from "../live.ts";
import type { Serving } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult, MoveRecord, ServingRecord } from "../result.ts";
import { withStackLock } from "../stackLock.ts";
import { giveShare } from "../switch/giveShare.ts";
import { performSwitch } from "../switch/performSwitch.ts";
import { confirm } from "../terminal/confirm.ts";

export interface SwitchOptions extends GlobalOptions {
  readonly environment: EnvironmentName;
  /** Percent of users' requests, from 1 to 99, for an environment that is not live; left out, it gets everything. */
  readonly share?: number | undefined;
}

export interface SwitchResult {
  readonly ok: boolean;
  /** Left out where only a share was given. */
  readonly move?: MoveRecord;
  readonly serving: ServingRecord;
}

/** Gives all traffic to an environment, or a share of it, by updates of the stack, and reads back what serves. */
export async function switchCommand(
  options: SwitchOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<SwitchResult>> {
  const context = openContext(options);
  const platform = await requirePlatform(context);
  const before = await platform.serving();
  const from = await liveNow(before, platform);
  const { environment, share } = options;
  const settings = context.settings();
  const version = settings[environment];
  if (version === undefined) {
    throw new Problem({
      happened: `${options.environment} has no version, so it cannot serve.`,
      where: context.stackFile.path,
      untouched: `Nothing was changed: ${await sayLive(before, platform)}.`,
      next: `deploy a version to it with \`greenlight release\`, or switch to ${other(options.environment)}`,
      exitCode: exitCodes.usage,
    });
  }
  if (share !== undefined && environment === settings.live) {
    throw new Problem({
      happened: `${environment} is live: a share is given to the other side.`,
      where: context.stackFile.path,
      untouched: `Nothing was changed: ${await sayLive(before, platform)}.`,
      next: `give ${other(environment)} its share, or take one back with \`greenlight rollback\``,
      exitCode: exitCodes.usage,
    });
  }
  const asked =
    share === undefined
      ? `Switch all traffic to ${environment} ${version}?`
      : `Give ${environment} ${version} ${share} % of users' requests?`;
  const question = `${await sayLive(before, platform)}. ${asked}`;
  if (!(await confirm(question, { yes: options.yes, signal }))) {
    throw new Problem({
      happened: "Not confirmed.",
      untouched: "Nothing was changed.",
      exitCode: exitCodes.interrupted,
    });
  }
  return withStackLock(
    context,
    share === undefined ? `switch to ${environment} ${version}` : `${share} % to ${environment} ${version}`,
    async () => {
      const engine = await Engine.open(context, (text) => reporter.tell({ kind: "step", text }));
      await engine.recover();
      if (share !== undefined) {
        await giveShare({ context, platform, engine, reporter }, { live: settings.live, share }, signal);
        const serving = await platform.serving();
        return {
          exitCode: exitCodes.ok,
          json: {
            ok: true,
            serving: { environment: serving.environment, version: undefined, readAt: serving.readAt.toISOString() },
          },
          text: `${sayAsked(serving, `${share} % for ${environment}`)}${await sayLive(serving, platform)}. The way back: \`greenlight rollback --reason "…"\`.`,
        };
      }
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
    },
  );
}

/** What was asked, where instances share traffic and make another share of it. */
function sayAsked({ instances }: Serving, asked: string): string {
  return instances === undefined ? "" : `Asked: ${asked}. `;
}
