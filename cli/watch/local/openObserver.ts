import { healthQuestions } from "../../../project/liveHealth.ts";
import { sentence } from "../../../release/problem.ts";
import type { Context } from "../../context.ts";
import { Engine } from "../../engine/engine.ts";
import { smokeRunOf } from "../../live.ts";
import type { LocalPlatform } from "../../platform/local.ts";
import type { ObserverArgs } from "../observerArgs.ts";
import { LocalObserver } from "./localObserver.ts";

/** An observer with everything that the stack has to look at. */
export async function openLocalObserver(
  context: Context,
  platform: LocalPlatform,
  args: ObserverArgs,
): Promise<LocalObserver> {
  const { environment, version, reporter, signal } = args;
  const settings = context.settings();
  const url = settings.database === undefined ? undefined : await databaseUrl(args);
  return new LocalObserver({
    dir: context.dir,
    facts: platform.facts,
    environment,
    questions: healthQuestions(settings),
    smoke: {
      run: smokeRunOf(context, settings, platform, environment, version),
      everyMs: settings.watch.smokeEvery,
    },
    ...(url === undefined ? {} : { databaseUrl: url }),
    signal,
  });

  async function databaseUrl({ engine }: ObserverArgs): Promise<string | undefined> {
    try {
      const open = engine ?? (await Engine.open(context, (text) => reporter.tell({ kind: "step", text })));
      return await open.databaseUrl();
    } catch (error) {
      // Without its address the database is not looked at, and a verdict that needs it is undecided.
      reporter.tell({ kind: "warning", text: `the database's address could not be read: ${sentence(error)}` });
      return undefined;
    }
  }
}
