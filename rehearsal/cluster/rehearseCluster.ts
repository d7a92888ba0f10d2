import { rm } from "node:fs/promises";
import { join } from "node:path";
import { deadlineIn } from "../../release/deadline.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { playWhole } from "../playWhole.ts";
import { cleanUp, type Places } from "../project.ts";
import { longestMs, type Rehearsed, type RehearseOptions } from "../rehearse.ts";
import { summarise, writeResults } from "../result.ts";
import { firstScenario } from "../scenario.ts";
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
  const played = await playWhole({
    ground,
    chosen: clusterScenarios(quick).filter(
      ({ name }) => only === undefined || name === firstScenario || only.includes(name),
    ),
    destroy,
    supervisors: () => ground.parts(),
    say,
    stop,
    async close() {
      noDeadline();
      await ground.close();
    },
  });
  const { moreTools } = ground;
  const summary = summarise({ platform: "kubernetes", quick, startedAt, ...played, tools, moreTools, stage: ground });
  const files = await writeResults(places, summary, ground);
  await cleanUp(places);
  await rm(join(places.home, "cluster"), { recursive: true, force: true });
  return { summary, files };
}
