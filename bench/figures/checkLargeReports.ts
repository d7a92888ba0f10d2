import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { ReportProject } from "../reportProject.ts";
import { benchHome } from "../stand.ts";
import { median, rounded } from "../statistics.ts";

/** The whole checklist of a release that rests on 50 MB of reports, as a person waits for it. */
export async function checkLargeReports(bench: Bench): Promise<Figure> {
  const count = bench.options.short ? 2 : 9;
  const project = await ReportProject.open(benchHome, bench.options.short ? 0.1 : 1, bench.signal);
  const ms: number[] = [];
  try {
    await project.check();
    for (let index = 0; index < count; index += 1) {
      bench.signal.throwIfAborted();
      ms.push(await project.check());
      bench.say(`greenlight check: ${Math.round(ms.at(-1) ?? 0)} ms`);
    }
  } finally {
    project.close();
  }
  const megabytes = rounded(project.bytes / 1e6, 1);
  return figure({
    name: "check-large-reports",
    title: "`greenlight check` with 50 MB of reports",
    value: rounded(median(ms), 0),
    unit: "ms",
    limit: { kind: "under", value: 2_000 },
    how: `the whole process, median of ${count}, at most ${rounded(Math.max(...ms), 0)} ms: ${project.files} reports of ${megabytes} MB together (JUnit, SARIF, JMeter, k6, npm audit, issues of GitHub), all taken`,
    facts: { megabytes, ms: ms.map((it) => rounded(it, 0)) },
  });
}
