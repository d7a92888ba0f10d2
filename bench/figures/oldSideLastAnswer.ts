import type { Bench } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { median, rounded } from "../statistics.ts";

/** How long the old side goes on answering after a switch. */
export async function oldSideLastAnswer(bench: Bench): Promise<Figure> {
  const { switches } = await bench.traffic();
  const all = switches.map((it) => it.lastOldAnswerMs);
  return figure({
    name: "old-side-last-answer",
    title: "After the switch is applied: the old side's last answer",
    value: rounded(median(all), 1),
    unit: "ms",
    limit: { kind: "at most", value: 50 },
    how: `median of ${all.length} switches under load, from the moment the new weights are in place; at most ${rounded(Math.max(...all), 1)} ms`,
    facts: { max: rounded(Math.max(...all), 1), ms: all.map((ms) => rounded(ms, 1)) },
  });
}
