import { sentence } from "../release/problem.ts";
import type { Ground } from "./ground.ts";
import { type Measured, type MemoryPeak, MemorySampler } from "./memory.ts";
import { notPlayed, play } from "./play.ts";
import { firstScenario, type Scenario } from "./scenario.ts";
import type { ScenarioSummary } from "./summary.ts";

/** Plays scenarios one after the other, and notes why one could not be played. */
async function playAll<On extends Ground>(
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

interface Whole<On extends Ground> {
  readonly ground: On;
  readonly chosen: readonly Scenario<On>[];
  /** What ends the stack, played when the load has ended; left out where it is to stay. */
  readonly destroy: Scenario<On> | undefined;
  readonly supervisors: Measured["supervisors"];
  readonly say: (line: string) => void;
  /** Aborted when the time is over or the person stops. */
  readonly stop: AbortSignal;
  /** Ends what is not the ground's own. Never called twice. */
  readonly close: () => Promise<void>;
}

/** Plays everything there is on a ground and measures its memory; whatever happens, commands and load are ended. */
export async function playWhole<On extends Ground>(
  it: Whole<On>,
): Promise<{
  readonly scenarios: readonly ScenarioSummary[];
  readonly memory: MemoryPeak;
  readonly servedAtTheEnd: string;
}> {
  const { ground, destroy, say } = it;
  const sampler = new MemorySampler({
    own: process.pid,
    except: () => (ground.loadPid === undefined ? [] : [ground.loadPid]),
    supervisors: it.supervisors,
  });
  const scenarios: ScenarioSummary[] = [];
  let servedAtTheEnd = "Nothing was deployed.";
  try {
    await playAll(it.chosen, ground, it.stop, scenarios);
    servedAtTheEnd = `${await ground.sayLive()}.`;
    await ground.endLoad().catch((error: unknown) => say(`the load could not be summed up: ${sentence(error)}`));
    if (destroy !== undefined) {
      say(destroy.title);
      // Ctrl-C ends the rehearsal, not its tidying up.
      scenarios.push(await play(destroy, ground, new AbortController().signal));
    }
  } finally {
    await ground.commands.endAll();
    await ground.endLoad().catch(() => undefined); // said above; the process has ended either way
    await it.close();
  }
  return { scenarios, memory: await sampler.stop(), servedAtTheEnd };
}
