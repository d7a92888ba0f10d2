import { watch } from "../../provider/watch/watch.ts";
import { completeAnnouncement } from "../../release/announcement.ts";
import { announceDeployment } from "../announce/deployment.ts";
import { liveNow, requirePlatform } from "../live.ts";
import { performRollback } from "../rollback/rollback.ts";
import { unhindered } from "../rollback/unhindered.ts";
import { wayBack } from "../rollback/wayBack.ts";
import { lookEvents } from "../watch/lookEvents.ts";
import { engineOf, type ReleaseRun } from "./releaseRun.ts";

/** T+30: the five looks until the time is over, or until a no-go, which takes traffic back at once. */
export async function watchCandidate(run: ReleaseRun): Promise<void> {
  // A canary that went back has nobody to watch any more.
  if (run.rollback !== undefined) return;
  const { context, environment, version, reporter, signal, journal, watchForMs } = run;
  const platform = await requirePlatform(context);
  const engine = await engineOf(run);
  const observer = await platform.observer({ environment, version, reporter, signal, engine });
  const { verdict, looks } = await watch({
    observer,
    thresholds: platform.thresholds(),
    services: platform.services,
    forMs: watchForMs,
    everyMs: run.settings.watch.every,
    signal,
    onLook: lookEvents(reporter, { environment, version }, Date.now() + watchForMs),
  });
  run.verdict = verdict;
  run.looks = looks;
  if (verdict.verdict === "no-go") await takeBack(run, verdict.sentence);
  journal.append({ type: "verdict", version, verdict: verdict.verdict, sentence: verdict.sentence });
  for (const pattern of observer.newPatterns.slice(0, 5)) {
    reporter.tell({ kind: "warning", text: `new in the candidate's logs, ${pattern.count} times: ${pattern.sample}` });
  }
}

/** T+60: go is announced; a no-go has been taken back; undecided leaves the candidate serving and says so. */
export async function decide(run: ReleaseRun): Promise<void> {
  // Taken up after a crash between watching and deciding: nothing is known, so it is watched again.
  if (run.verdict === undefined && run.rollback === undefined) await watchCandidate(run);
  const { context, settings, verdict, journal, version, reporter, signal } = run;
  if (verdict === undefined) return;
  reporter.tell({ kind: "step", text: verdict.sentence });
  if (verdict.verdict !== "go") return;
  const platform = await requirePlatform(context);
  const health = await platform.healthy(run.environment);
  const text = completeAnnouncement({ version, health, monitoring: 3_600_000 });
  await announceDeployment({
    context,
    settings: settings.announcements,
    journal,
    reporter,
    version,
    kind: "complete",
    text,
    signal,
  });
}

/** Traffic goes back to what served before, for a reason that is announced. */
export async function takeBack(run: ReleaseRun, reason: string): Promise<void> {
  const { context, reporter } = run;
  const platform = unhindered(context, await requirePlatform(context), reporter);
  const to = await wayBack(context, platform);
  const from = await liveNow(await platform.serving(), platform);
  run.rollback = await performRollback({
    context,
    platform,
    to,
    from,
    reason,
    database: "keep",
    reporter,
    // The way back does not stop when the person stops watching.
    signal: new AbortController().signal,
    confirm: async () => true,
  });
}
