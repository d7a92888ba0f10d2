import { basename } from "node:path";
import { readManifest } from "../../project/readManifest.ts";
import { overrideText } from "../../release/checklist/judge.ts";
import { type ExitCode, exitCodes } from "../../release/exitCodes.ts";
import { currentRelease } from "../../release/journal.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { phasesLeft, recordsUnderWay } from "../../release/schedule.ts";
import { type Criterion, successCriteria } from "../../release/success.ts";
import { type Context, type GlobalOptions, openContext } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import { findPlatform, liveNow, sayLive } from "../live.ts";
import { requireCounted } from "../offered.ts";
import { checks } from "../release/checks.ts";
import { announce, deploy, prepare, switchTraffic } from "../release/deploy.ts";
import { decide, watchCandidate } from "../release/judgement.ts";
import { type PhaseWorks, placeOf, type ReleaseRun } from "../release/releaseRun.ts";
import { runPhases } from "../release/runPhases.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult, ReleaseOutcome, ReleaseResult } from "../result.ts";
import { withStackLock } from "../stackLock.ts";
import { confirm } from "../terminal/confirm.ts";

export interface ReleaseOptions extends GlobalOptions {
  /** Version, or path of its manifest. */
  readonly release: string;
  /** Milliseconds to watch after the switch; by default the setting `watch.for`. */
  readonly watchForMs?: number | undefined;
  /** Where the release's report is written, relative to the caller's folder; by default nowhere. */
  readonly report?: string | undefined;
}

const works: PhaseWorks = {
  checks,
  prepare,
  announce,
  deploy,
  switch: switchTraffic,
  watch: watchCandidate,
  decide,
  finish: async () => undefined,
};

const codes: Readonly<Record<ReleaseOutcome, ExitCode>> = {
  released: exitCodes.ok,
  "rolled-back": exitCodes.rolledBack,
  refused: exitCodes.refused,
  failed: exitCodes.failed,
  undecided: exitCodes.undecided,
  interrupted: exitCodes.interrupted,
};

/** The deployment day from T-60 to T+60. A release that was cut off is taken up where it stopped. */
export async function releaseCommand(
  options: ReleaseOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<ReleaseResult>> {
  const context = openContext(options);
  requireCounted(context, "release");
  const settings = context.settings();
  const version = basename(options.release).replace(/\.ya?ml$/, "");
  const manifest = readManifest(context.project, settings.releases, version);
  return withStackLock(context, `release ${version}`, async () => {
    const journal = new JournalFile(context);
    if (settings.strategy.kind !== "blue-green") {
      // What was ordered of a release that has ended is not of this one.
      new (await import("../strategy/orders.ts")).Orders(context, version).clear();
    }
    const place = await placeOf(context, settings, version);
    takeUp(journal, version, place.live?.version, manifest.digest, reporter);
    const left = phasesLeft(journal.read().records, Date.now());
    const run: ReleaseRun = {
      context,
      settings,
      manifest,
      version,
      ...place,
      journal,
      reporter,
      signal,
      yes: options.yes,
      watchForMs: options.watchForMs ?? settings.watch.for,
      engine: undefined,
      checklist: undefined,
      looks: [],
      move: undefined,
      verdict: undefined,
      rollback: undefined,
      phases: [],
    };
    const from =
      place.live === undefined ? "nothing serves yet" : `${place.live.environment} ${place.live.version} serves`;
    if (!(await confirm(`Release ${version} to ${place.environment} (${from})?`, { yes: options.yes, signal }))) {
      journal.append({ type: "release-ended", version, outcome: "abandoned", sentence: "not confirmed" });
      throw new Problem({
        happened: "Not confirmed.",
        untouched: "Nothing was changed.",
        exitCode: exitCodes.interrupted,
      });
    }
    const failure = await runPhases(run, left, works);
    const ended = await conclude(run, failure);
    if (options.report !== undefined) {
      const { writeReport } = await import("../release/reportFile.ts");
      await writeReport(run, ended.json, options.report);
    }
    return ended;
  });
}

/** Starts the journal of a release, or goes on with the one that was cut off; another one that was cut off is closed. */
function takeUp(
  journal: JournalFile,
  version: string,
  live: string | undefined,
  manifestDigest: string,
  reporter: Reporter,
): void {
  const { records, problems } = journal.read();
  for (const it of problems) {
    reporter.tell({
      kind: "warning",
      text: `the journal is damaged at line ${it.line}: ${it.happened} (${journal.path})`,
    });
  }
  const current = currentRelease(records);
  if (current?.version === version) {
    const [start] = recordsUnderWay(records);
    if (start?.type === "release-started" && start.manifestDigest === manifestDigest) {
      reporter.tell({
        kind: "step",
        text: `going on with ${version}, which stopped at ${current.phase ?? "its start"}`,
      });
      return;
    }
  }
  if (current !== undefined) {
    const why =
      current.version === version ? "its manifest was changed" : `${version} was started after it was cut off`;
    journal.append({ type: "release-ended", version: current.version, outcome: "abandoned", sentence: why });
  }
  if (live === version && current?.version !== version) {
    throw new Problem({
      happened: `${version} is already live.`,
      untouched: "Nothing was changed.",
      next: "name another version; `greenlight status` shows what serves",
      exitCode: exitCodes.refused,
    });
  }
  journal.append({
    type: "release-started",
    version,
    manifestDigest,
    ...(live === undefined ? {} : { liveVersion: live }),
  });
}

async function conclude(run: ReleaseRun, failure: unknown): Promise<CommandResult<ReleaseResult>> {
  const { journal, version } = run;
  const outcome = outcomeOf(run, failure);
  const { serving, live, said } = await readBack(run.context);
  const criteria = criteriaOf(run);
  const ending = endingOf(run, outcome, failure, said);
  // What failed midway stays open: the same command takes it up again.
  const ended = { released: "released", "rolled-back": "rolled-back", undecided: "failed" } as const;
  if (
    outcome in ended ||
    (outcome === "refused" && run.phases.every((it) => it.id === "checks" || it.id === "prepare"))
  ) {
    const how = outcome === "refused" ? "refused" : ended[outcome as keyof typeof ended];
    journal.append({ type: "release-ended", version, outcome: how, sentence: ending.slice(0, 4000) });
  }
  const asAsked = outcome !== "released" || (live?.environment === run.environment && live.version === version);
  return {
    exitCode: asAsked ? codes[outcome] : exitCodes.notAsAsked,
    json: {
      ok: outcome === "released" && asAsked,
      version,
      outcome,
      sentence: ending,
      environment: run.environment,
      phases: run.phases,
      ...(run.checklist === undefined ? {} : { checklist: run.checklist }),
      ...(run.move === undefined ? {} : { move: run.move }),
      ...(run.verdict === undefined ? {} : { verdict: run.verdict }),
      ...(run.rollback === undefined ? {} : { rollback: run.rollback }),
      criteria,
      serving: {
        environment: live?.environment,
        version: live?.version,
        readAt: (serving?.readAt ?? new Date()).toISOString(),
      },
    },
    text: [ending, ...overridesIn(run), ...(run.verdict === undefined ? [] : ["", ...criteria.map(sayCriterion)])].join(
      "\n",
    ),
  };
}

/** What serves at the end; what cannot be read is said, so that the end is told all the same. */
async function readBack(context: Context) {
  try {
    const platform = await findPlatform(context);
    const serving = await platform?.serving();
    if (platform !== undefined && serving !== undefined) {
      return { serving, live: await liveNow(serving, platform), said: await sayLive(serving, platform) };
    }
  } catch {
    // Told as unknown, with an exit code that is no success.
  }
  return { serving: undefined, live: undefined, said: "what serves could not be read" };
}

/** Said at the end too: it was released although something failed. */
function overridesIn({ checklist = [] }: ReleaseRun): string[] {
  return checklist.flatMap(({ id, reason, override }) =>
    override === undefined ? [] : [`OVERRIDE ${id} (${reason}): set aside by ${overrideText(override)}`],
  );
}

function outcomeOf(run: ReleaseRun, failure: unknown): ReleaseOutcome {
  if (run.rollback !== undefined) return "rolled-back";
  if (run.signal.aborted) return "interrupted";
  if (failure !== undefined) {
    return failure instanceof Problem && failure.exitCode === exitCodes.refused ? "refused" : "failed";
  }
  return run.verdict?.verdict === "go" ? "released" : "undecided";
}

function endingOf(run: ReleaseRun, outcome: ReleaseOutcome, failure: unknown, said: string): string {
  if (outcome === "released") return `${run.version} is released: ${said}. ${run.verdict?.sentence ?? ""}`;
  const { rollback } = run;
  if (outcome === "rolled-back") {
    const ms = rollback === undefined ? 0 : rollback.move.readBackAt - rollback.move.writtenAt;
    return `${run.verdict?.sentence ?? rollback?.reason ?? "No-go."} Traffic went back to ${rollback?.to.environment} ${rollback?.to.version} in ${ms} ms: ${said}.`;
  }
  if (outcome === "undecided") {
    return `${run.verdict?.sentence ?? "Undecided."} The candidate serves, unjudged: ${said}. Run \`greenlight watch\` to judge it, or \`greenlight rollback\`.`;
  }
  if (outcome === "interrupted") {
    return `Stopped by you: ${said}. Run \`greenlight release ${run.version}\` again to go on, or \`greenlight rollback\`.`;
  }
  return sentence(failure);
}

function criteriaOf(run: ReleaseRun): readonly Criterion[] {
  const announced = recordsUnderWay(run.journal.read().records).flatMap((it) =>
    it.type === "announcement" ? [{ kind: it.kind, to: it.to }] : [],
  );
  const alerts =
    run.verdict === undefined
      ? undefined
      : run.verdict.reasons
          .filter(({ outcome }) => outcome === "breach")
          .map(({ look, service }) => `${service ?? "stack"} ${look}`);
  const { features } = run.manifest.manifest;
  const documentation = {
    updated: features.length > 0,
    detail:
      features.length > 0
        ? `the manifest names ${features.length} feature${features.length === 1 ? "" : "s"}; changelog and docs are not read yet`
        : "the manifest names no feature",
  };
  return successCriteria({ verdict: run.verdict, alerts, announced, documentation });
}

function sayCriterion(it: Criterion): string {
  const mark = { met: "✓", "not met": "✗", unknown: "?" }[it.verdict];
  return `${mark} ${it.title}: ${it.reason}`;
}
