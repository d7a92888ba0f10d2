import type { Ground } from "./ground.ts";
import { notPlayed, play } from "./play.ts";
import { firstScenario, type Scenario } from "./scenario.ts";
import type { ScenarioSummary } from "./summary.ts";

/** Plays scenarios one after the other, and notes why one could not be played. */
export async function playAll<On extends Ground>(
  chosen: readonly Scenario<On>[],
  stage: On,
  stop: AbortSignal,
  scenarios: ScenarioSummary[],
): Promise<void> {
  for (const [index, scenario] of chosen.entries()) {
    const deployed = scenarios.some((it) => it.name === firstScenario);
    const why = stop.aborted
      ? "the rehearsal was stopped"
      : deployed && !stage.loading
        ? "the first deployment did not serve"
        : undefined;
    if (why !== undefined) {
      scenarios.push(notPlayed(scenario, why));
      continue;
    }
    stage.log(`${index + 1}/${chosen.length} ${scenario.title}`);
    const played = await play(scenario, stage, stop);
    // A command that outlived its scenario would spoil the next one.
    await stage.commands.endAll();
    stage.log(
      `${played.ok ? "as expected" : "NOT AS EXPECTED"} (${Math.round(played.durationMs / 1000)} s): ${played.seen}`,
    );
    scenarios.push(played);
  }
}
