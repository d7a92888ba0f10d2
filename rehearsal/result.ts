import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { thresholdsOf } from "../config.ts";
import type { Toolchain } from "../tools/toolchain.ts";
import type { Ground } from "./ground.ts";
import type { MemoryPeak } from "./memory.ts";
import type { Places } from "./project.ts";
import { pointsOf } from "./report/points.ts";
import { median, type ScenarioSummary, type Summary, summaryShape } from "./summary.ts";

export interface Played {
  readonly platform: string;
  readonly quick: boolean;
  readonly startedAt: number;
  readonly scenarios: readonly ScenarioSummary[];
  readonly memory: MemoryPeak;
  readonly servedAtTheEnd: string;
  readonly tools: Toolchain;
  /** Names and versions of what only this platform's rehearsal uses. */
  readonly moreTools?: Readonly<Record<string, string>>;
  /** Absent when it did not come to anything being played. */
  readonly stage: Ground | undefined;
}

export function summarise(it: Played): Summary {
  const load = it.stage?.loadEnded?.summary;
  const { lastOldAnswerMs = [], verdictToLastBadAnswerMs = [] } = it.stage?.recorded ?? {};
  const rounded = (ms: number) => Math.round(ms * 10) / 10;
  const middle = median(lastOldAnswerMs);
  const failed = (allowed: boolean) =>
    it.scenarios.filter((one) => one.allowsFailures === allowed).reduce((sum, one) => sum + one.failed, 0);
  return summaryShape.parse({
    ok: it.scenarios.length > 0 && load !== undefined && it.scenarios.every((one) => one.ok),
    quick: it.quick,
    platform: it.platform,
    startedAt: new Date(it.startedAt).toISOString(),
    durationMs: Date.now() - it.startedAt,
    requests: load?.total.requests ?? it.scenarios.reduce((sum, one) => sum + one.requests, 0),
    failed: failed(false),
    failedWhereAllowed: failed(true),
    load: { ratePerSecond: it.stage?.ratePerSecond ?? 0, cpuShare: rounded(load?.cpuShare ?? 0) },
    scenarios: [...it.scenarios],
    switches: {
      count: lastOldAnswerMs.length,
      lastOldAnswerMs: {
        median: middle === null ? null : rounded(middle),
        max: lastOldAnswerMs.length === 0 ? null : rounded(Math.max(...lastOldAnswerMs)),
      },
    },
    rollbacks: { verdictToLastBadAnswerMs: verdictToLastBadAnswerMs.map(rounded) },
    memory: { ...it.memory, at: it.memory.at === null ? null : Math.max(0, it.memory.at - it.startedAt) },
    servedAtTheEnd: it.servedAtTheEnd,
    tools: {
      Node: process.versions.node,
      Pulumi: `${it.tools.pulumi.version} (${it.tools.pulumi.source})`,
      Envoy: `${it.tools.envoy.version} (${it.tools.envoy.source})`,
      PostgreSQL: `${it.tools.postgres.version} (${it.tools.postgres.source})`,
      ...it.moreTools,
    },
    machine: { cores: cpus().length, memoryBytes: totalmem(), system: `${type()} ${release()} ${process.arch}` },
  } satisfies Summary);
}

/** Writes summary.json and report.html, each whole or not at all. */
export async function writeResults(
  places: Places,
  summary: Summary,
  stage: Ground | undefined,
): Promise<{ summary: string; report: string }> {
  mkdirSync(places.home, { recursive: true });
  const files = { summary: join(places.home, "summary.json"), report: join(places.home, "report.html") };
  replace(files.summary, `${JSON.stringify(summary, null, 2)}\n`);
  const limits = stage === undefined ? undefined : thresholdsOf(stage.settings);
  // What draws charts is large, and needed only now.
  const { renderRehearsalReport } = await import("./report/rehearsalReport.ts");
  const report = renderRehearsalReport({
    summary,
    points: pointsOf(stage?.loadEnded?.timeline ?? []),
    thresholds: { errorRate: limits?.errorRate.max ?? 0.01, p95Ms: limits?.p95.maxMs ?? 5000 },
    verdicts: stage?.recorded.verdicts ?? [],
    // The one that had all of its evidence, and a version to go back to.
    checklist: stage?.recorded.checklists.find((it) => it.version === "v1.1.0"),
  });
  replace(files.report, report);
  return files;
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.fresh`, text);
  renameSync(`${file}.fresh`, file);
}
