import { performance } from "node:perf_hooks";
import { runSmoke } from "../../provider/gates/smoke.ts";
import { rollbackAnnouncement } from "../../release/announcement.ts";
import { type EnvironmentName, other } from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import { announceDeployment } from "../announce/deployment.ts";
import type { Context } from "../context.ts";
import { engineEvents } from "../engine/engineEvents.ts";
import { JournalFile } from "../journal/journalFile.ts";
import { liveNow, smokeRunOf } from "../live.ts";
import type { Platform } from "../platform/platform.ts";
import type { Reporter } from "../reporter.ts";
import type { MoveRecord, RollbackResult } from "../result.ts";
import { giveShare } from "../switch/giveShare.ts";
import { rollBackDatabase } from "./database.ts";
import { pagesNow, takePagesBack } from "./pagesBack.ts";
import type { WayBack } from "./wayBack.ts";

export interface RollbackArgs {
  readonly context: Context;
  readonly platform: Platform;
  readonly to: WayBack;
  /** What served before, as read. */
  readonly from: { readonly environment: EnvironmentName; readonly version: string } | undefined;
  readonly reason: string;
  readonly database: "keep" | "script" | "snapshot";
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly confirm: (question: string) => Promise<boolean>;
}

/**
 * Traffic first, without the engine where what it goes back to is at full size; then the pages, the journal, Pulumi's state, the database when asked,
 * and a verification like a deployment's. A failure after traffic is back is reported and does not move traffic again.
 */
export async function performRollback(args: RollbackArgs): Promise<RollbackResult> {
  const { context, platform, to, reporter } = args;
  if (to.says !== undefined) reporter.tell({ kind: "warning", text: to.says });
  const move = await moveBack(args);
  // Whose name nobody knew is asked for when traffic is back.
  const from = args.from ?? (await leftBehind(platform, to));
  reporter.tell({
    kind: "step",
    text: `traffic is back: ${to.environment} ${to.version} serves 100 % (read back ${Math.round(move.readBackAt - move.writtenAt)} ms after the move)`,
  });
  const stated = settingsOf(context)?.[to.environment];
  await takePagesBack(platform.pages, { version: to.version, stated }, reporter);
  const journal = new JournalFile(context);
  const kind = { keep: "kept", script: "script", snapshot: "snapshot" } as const;
  journal.append({
    type: "rollback",
    version: from.version,
    to: to.environment,
    toVersion: to.version,
    fromVersion: from.version,
    reason: args.reason,
    database: kind[args.database],
    details: { move: { ...move, from: from.environment } },
  });
  // Told while the rest is done: no receiver holds up the way back.
  const announced = announceRollback(args, journal, from.version);
  try {
    const stateInLine = await alignState(args);
    const databaseReport = args.database === "keep" ? undefined : await rollBackDatabase(args, from.version);
    const verified = await verify(args);
    const serving = await platform.serving().catch(() => undefined);
    const live = serving === undefined ? undefined : await liveNow(serving, platform);
    const pages = await pagesNow(platform.pages, reporter);
    const pagesBack = pages === undefined || pages.version === to.version;
    return {
      ok: verified.passed && live?.environment === to.environment && pagesBack,
      reason: args.reason,
      from,
      to: { environment: to.environment, version: to.version },
      move,
      database: kind[args.database],
      ...(databaseReport === undefined ? {} : { databaseReport }),
      stateInLine,
      verified,
      ...(pages === undefined ? {} : { pages }),
      serving: {
        environment: live?.environment,
        version: live?.version,
        readAt: (serving?.readAt ?? new Date()).toISOString(),
      },
    };
  } finally {
    await announced;
  }
}

/** Whom traffic leaves where it was divided. */
async function leftBehind(platform: Platform, to: WayBack): Promise<NonNullable<RollbackArgs["from"]>> {
  const environment = other(to.environment);
  const versions = await platform.running().catch(() => undefined);
  return { environment, version: versions?.[environment].join("+") || "unknown" };
}

/** Never rejects: whatever goes wrong here is told, and traffic is back all the same. */
async function announceRollback(args: RollbackArgs, journal: JournalFile, version: string): Promise<void> {
  const { context, to, reason, reporter, signal } = args;
  const text = rollbackAnnouncement({ to: to.version, reason, eta: 1000 });
  try {
    const settings = settingsOf(context)?.announcements;
    await announceDeployment({ context, settings, journal, reporter, version, kind: "rollback", text, signal });
  } catch (error) {
    reporter.tell({ kind: "warning", text: `traffic is back, but the announcement failed: ${sentence(error)}` });
  }
}

/** Settings that cannot be read must keep neither traffic where it is nor the announcement from terminal and journal. */
function settingsOf(context: Context) {
  try {
    return context.settings();
  } catch {
    return undefined;
  }
}

async function moveBack(args: RollbackArgs): Promise<MoveRecord> {
  const { platform, to, from, reporter } = args;
  if (await mustGrow(args)) return moveBackByInstances(args);
  const moved = await platform.moveTraffic(to.environment, (text) => reporter.tell({ kind: "step", text }));
  return {
    from: from?.environment,
    to: to.environment,
    writtenAt: moved.writtenAt,
    readBackAt: moved.readBackAt,
  };
}

/** Whether what traffic goes back to runs fewer instances than all of it takes, as after a rolling release. */
async function mustGrow({ context, platform, to }: RollbackArgs): Promise<boolean> {
  const settings = settingsOf(context);
  if (settings?.strategy.kind !== "rolling") return false;
  const wanted = Object.values(settings.services).reduce((sum, { instances }) => sum + instances, 0);
  return (await platform.healthy(to.environment)).healthy < wanted;
}

/** Instance by instance, by updates of the stack: all traffic at once would meet too few. */
async function moveBackByInstances({
  context,
  platform,
  to,
  from,
  reporter,
  signal,
}: RollbackArgs): Promise<MoveRecord> {
  const { Engine } = await import("../engine/engine.ts");
  const engine = await Engine.open(context, (text) => reporter.tell({ kind: "step", text }), { watched: true });
  await engine.recover();
  const goal = { live: to.environment, share: 0, back: true };
  const moved = await giveShare({ context, platform, engine, reporter }, goal, signal);
  return { from: from?.environment, to: to.environment, ...moved };
}

/** Settings and Pulumi's state say what serves. Whatever goes wrong here, traffic stays where it is. */
async function alignState({ context, to, reporter }: RollbackArgs): Promise<boolean> {
  const { projectName } = context;
  context.stackFile.set({
    [`${projectName}:live`]: to.environment,
    [`${projectName}:share`]: undefined,
    [`${projectName}:room`]: undefined,
  });
  try {
    // Read only now: traffic does not wait for the engine, nor for its code.
    const { Engine } = await import("../engine/engine.ts");
    const engine = await Engine.open(context, (text) => reporter.tell({ kind: "step", text }), { watched: true });
    await engine.recover();
    await engine.up(engineEvents(reporter));
    return true;
  } catch (error) {
    reporter.tell({
      kind: "warning",
      text: `traffic is back, but Pulumi's state could not be brought in line: ${sentence(error)}`,
    });
    return false;
  }
}

/** Longest that an instance may take to answer in the verification, ms. */
const answerWithin = 5_000;

async function verify({ context, platform, to, reporter, signal }: RollbackArgs): Promise<RollbackResult["verified"]> {
  const services = await platform.health(to.environment, signal, answerWithin).catch((error: unknown) => {
    reporter.tell({ kind: "warning", text: `traffic is back, but its health could not be read: ${sentence(error)}` });
    return [];
  });
  const healthy = services.reduce((sum, it) => sum + it.healthy, 0);
  const of = services.reduce((sum, it) => sum + it.of, 0);
  const began = performance.now();
  const smoke = await smokeAgain().catch((error: unknown) => ({ passed: false, reason: sentence(error) }));
  return {
    health: `${healthy} of ${of} instances`,
    smoke: `${smoke.reason} in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    passed: of > 0 && healthy === of && smoke.passed,
  };

  async function smokeAgain() {
    return runSmoke(smokeRunOf(context, context.settings(), platform, to.environment, to.version), signal);
  }
}
