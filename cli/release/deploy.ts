import { startAnnouncement } from "../../release/announcement.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { announceDeployment } from "../announce/deployment.ts";
import { engineEvents } from "../engine/engineEvents.ts";
import { findPlatform, liveNow, requirePlatform, sayLive } from "../live.ts";
import { performSwitch } from "../switch/performSwitch.ts";
import { engineOf, type ReleaseRun } from "./releaseRun.ts";

/** T-30: the candidate goes into the settings, and the preview must take it. A refused one is taken out again. */
export async function prepare(run: ReleaseRun): Promise<void> {
  const { context, environment, version, reporter } = run;
  const setting = `${context.projectName}:${environment}`;
  const before = context.stackFile.text(setting);
  context.stackFile.set({ [setting]: version });
  try {
    if (run.settings.checklist.level !== "none") await (await import("./tagAndRunbook.ts")).tagAndRunbook(run);
    const engine = await engineOf(run);
    const summary = await engine.preview(() => undefined);
    const said = Object.entries(summary)
      .filter(([operation]) => operation !== "same")
      .map(([operation, count]) => `${count} to ${operation}`)
      .join(", ");
    reporter.tell({ kind: "step", text: `preview: ${said || "nothing to change"}` });
  } catch (error) {
    context.stackFile.set({ [setting]: before });
    throw error;
  }
}

export async function announce(run: ReleaseRun): Promise<void> {
  const { context, settings, version, manifest, journal, reporter, watchForMs, signal } = run;
  // Deployment and switch take minutes; what a reader waits for is the watch.
  const text = startAnnouncement({ version, features: manifest.manifest.features, eta: watchForMs + 60_000 });
  await announceDeployment({
    context,
    settings: settings.announcements,
    journal,
    reporter,
    version,
    kind: "start",
    text,
    signal,
  });
}

/** T-0: snapshot, migration, instances, health and smoke, in the order of the stack's dependencies. */
export async function deploy(run: ReleaseRun): Promise<void> {
  const { context, environment, version } = run;
  context.stackFile.set({ [`${context.projectName}:${environment}`]: version });
  const engine = await engineOf(run);
  try {
    await engine.up(engineEvents(run.reporter));
  } catch (error) {
    throw await stillServing(run, error);
  }
}

/**
 * Traffic to the candidate, as an update. A first deployment has moved it in the update that deployed it, so it is only read
 * back; whatever else finds traffic there already, such as a switch that was cut off, still brings Pulumi's state in line.
 */
export async function switchTraffic(run: ReleaseRun): Promise<void> {
  const { context, environment, version, reporter, signal, journal } = run;
  if (run.settings.strategy.kind !== "blue-green") {
    await (await import("../strategy/walkStages.ts")).walkStages(run);
    if (run.rollback !== undefined) return;
  }
  const platform = await requirePlatform(context);
  const serving = await platform.serving();
  const justDeployed = run.live === undefined && run.phases.some((it) => it.id === "deploy" && it.status === "done");
  if (justDeployed && serving.environment === environment) {
    const at = serving.readAt.getTime();
    run.move = { from: undefined, to: environment, writtenAt: at, readBackAt: at };
    journal.append({ type: "switch", version, to: environment, toVersion: version });
  } else {
    const now = await liveNow(serving, platform);
    const from = now?.environment === environment ? undefined : now;
    const engine = await engineOf(run);
    run.move = await performSwitch({ context, platform, engine, to: environment, version, from, reporter, signal });
  }
  reporter.tell({ kind: "step", text: await sayLive(await platform.serving(), platform) });
}

/** A failed deployment says what serves in spite of it, as read. */
async function stillServing(run: ReleaseRun, error: unknown): Promise<Problem> {
  const platform = await findPlatform(run.context);
  const said =
    platform === undefined
      ? "Nothing serves yet."
      : await platform.serving().then(
          async (serving) => `Nothing was switched: ${await sayLive(serving, platform)}.`,
          () => "What serves could not be read.",
        );
  const known = error instanceof Problem ? error : undefined;
  return new Problem({
    happened: known?.happened ?? "The deployment failed.",
    ...(known?.where === undefined ? {} : { where: known.where }),
    untouched: said,
    next: `mend it and run \`greenlight release ${run.version}\` again: it goes on from here`,
    exitCode: known?.exitCode ?? exitCodes.failed,
    ...(known === undefined ? { cause: error } : {}),
  });
}
