import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { thresholdsOf } from "../../config.ts";
import { sentence } from "../../release/problem.ts";
import type { ReleaseResult } from "../result.ts";
import type { ReleaseRun } from "./releaseRun.ts";

/** Writes the report of a release, whole or not at all. That it cannot be written is a warning: the release is what it is. */
export async function writeReport(run: ReleaseRun, result: ReleaseResult, file: string): Promise<void> {
  const path = resolve(file);
  try {
    // What draws charts is large, and needed only here.
    const { renderReleaseReport } = await import("../../rehearsal/report/releaseReport.ts");
    const { pointsOfLooks } = await import("../../rehearsal/report/looksPoints.ts");
    const { errorRate, p95 } = thresholdsOf(run.settings);
    const text = renderReleaseReport({
      result,
      features: run.manifest.manifest.features,
      by: run.context.by,
      points: pointsOfLooks(run.looks, run.environment, run.version),
      thresholds: { errorRate: errorRate.max, p95Ms: p95.maxMs },
    });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.fresh`, text);
    renameSync(`${path}.fresh`, path);
    run.reporter.tell({ kind: "step", text: `the report is ${path}` });
  } catch (error) {
    run.reporter.tell({ kind: "warning", text: `the report could not be written to ${path}: ${sentence(error)}` });
  }
}
