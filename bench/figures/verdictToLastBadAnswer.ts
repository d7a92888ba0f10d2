import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { badVersion } from "../stand.ts";
import { rounded } from "../statistics.ts";

/** How long a bad version goes on answering after it was found bad. */
export async function verdictToLastBadAnswer(bench: Bench): Promise<Figure> {
  const { verdictToLastBadAnswerMs: all } = await bench.traffic();
  return figure({
    name: "verdict-to-last-bad-answer",
    title: "From the verdict no-go to the last answer of the bad version",
    value: rounded(Math.max(...all), 1),
    unit: "ms",
    limit: { kind: "under", value: 1000 },
    how: `the longest of ${all.length} × \`greenlight release ${badVersion}\`, which answers 5 % errors and is rolled back by itself`,
    facts: { ms: all.map((ms) => rounded(ms, 1)) },
  });
}
