import { healthQuestions } from "../../project/liveHealth.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import type { Context } from "../context.ts";
import { Engine } from "../engine/engine.ts";
import { type Platform, smokeRunOf } from "../live.ts";
import type { Reporter } from "../reporter.ts";
import { Observer } from "./observer.ts";

export interface OpenObserverArgs {
  readonly context: Context;
  readonly platform: Platform;
  readonly environment: EnvironmentName;
  readonly version: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** An engine that is open already. */
  readonly engine?: Engine;
}

/** An observer with everything that the stack has to look at. */
export async function openObserver(args: OpenObserverArgs): Promise<Observer> {
  const { context, platform, environment, version, reporter, signal } = args;
  const settings = context.settings();
  const url = settings.database === undefined ? undefined : await databaseUrl(args);
  return new Observer({
    dir: context.dir,
    facts: platform.facts,
    environment,
    questions: healthQuestions(settings),
    smoke: {
      run: smokeRunOf(context, settings, platform.facts, environment, version),
      everyMs: settings.watch.smokeEvery,
    },
    ...(url === undefined ? {} : { databaseUrl: url }),
    signal,
  });

  async function databaseUrl({ engine }: OpenObserverArgs): Promise<string | undefined> {
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
