import { rm } from "node:fs/promises";
import { join } from "node:path";
import { deadlineIn } from "../../release/deadline.ts";
import { sentence } from "../../release/problem.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { MemorySampler } from "../memory.ts";
import { play } from "../play.ts";
import { playAll } from "../playAll.ts";
import { cleanUp, type Places } from "../project.ts";
import { longestMs, type Rehearsed, type RehearseOptions } from "../rehearse.ts";
import { summarise, writeResults } from "../result.ts";
import { firstScenario } from "../scenario.ts";
import type { ScenarioSummary } from "../summary.ts";
import { ClusterGround } from "./clusterGround.ts";
import { destroy } from "./scenarios/destroy.ts";
import { clusterScenarios } from "./scenarios/index.ts";

/**
 * Plays the scenarios on a control plane of this machine. Whatever happens, what was started is ended and the results are written.
 *
 * @throws Problem when it cannot begin: a tool is missing, or a part does not start
 */
export async function rehearseCluster(places: Places, options: RehearseOptions): Promise<Rehearsed> {
  const { quick, only, signal, say } = options;
  const startedAt = Date.now();
  await cleanUp(places);
  const tools = await ensureToolchain({ progress: say, signal });
  const { signal: stop, end: noDeadline } = deadlineIn(longestMs, "The rehearsal", signal);
  const ground = await ClusterGround.open({ places, tools, quick, signal: stop, say });
  const sampler = new MemorySampler({
    own: process.pid,
    except: () => (ground.loadPid === undefined ? [] : [ground.loadPid]),
    supervisors: () => ground.parts(),
  });
  const scenarios: ScenarioSummary[] = [];
  let served = "Nothing was deployed.";
  try {
    const chosen = clusterScenarios(quick).filter(
      ({ name }) => only === undefined || name === firstScenario || only.includes(name),
    );
    await playAll(chosen, ground, stop, scenarios);
    served = `${await ground.sayLive()}.`;
    await ground.endLoad().catch((error: unknown) => say(`the load could not be summed up: ${sentence(error)}`));
    say(destroy.title);
    // Ctrl-C ends the rehearsal, not its tidying up.
    scenarios.push(await play(destroy, ground, new AbortController().signal));
  } finally {
    noDeadline();
    await ground.commands.endAll();
    await ground.endLoad().catch(() => undefined); // said above; the process has ended either way
    await ground.close();
  }
  const memory = await sampler.stop();
  const { moreTools } = ground;
  const played = {
    platform: "kubernetes",
    quick,
    startedAt,
    scenarios,
    memory,
    servedAtTheEnd: served,
    tools,
    moreTools,
  };
  const summary = summarise({ ...played, stage: ground });
  const files = await writeResults(places, summary, ground);
  await cleanUp(places);
  await rm(join(places.home, "cluster"), { recursive: true, force: true });
  return { summary, files };
}
