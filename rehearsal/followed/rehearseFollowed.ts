import { rm } from "node:fs/promises";
import { join } from "node:path";
import { deadlineIn } from "../../release/deadline.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import type { GroundSettings } from "../ground.ts";
import { playWhole } from "../playWhole.ts";
import { cleanUp, type Places } from "../project.ts";
import type { Rehearsed, RehearseOptions } from "../rehearse.ts";
import { summarise, writeResults } from "../result.ts";
import { firstScenario, type Scenario } from "../scenario.ts";
import type { FollowedGround } from "./followedGround.ts";

/** What a platform brings to its rehearsal. */
export interface FollowedPlatform<On extends FollowedGround> {
  readonly platform: "aws" | "kubernetes";
  /** Starts everything below the stack; nothing is deployed yet. */
  readonly open: (settings: GroundSettings) => Promise<On>;
  /** What is played, in order; `destroy` comes after all of it. */
  readonly scenarios: (quick: boolean) => readonly Scenario<On>[];
  readonly destroy: Scenario<On>;
  /** Everything together takes no longer. */
  readonly longestMs: number;
}

/** Where a platform's parts keep their files, beside the project. */
export function partsIn(places: Places): string {
  return join(places.home, "parts");
}

/**
 * Plays the scenarios of a platform that this machine has in part. Whatever happens, what was started is ended and the results are written.
 *
 * @throws Problem when it cannot begin: a tool is missing, or a part does not start
 */
export async function rehearseFollowed<On extends FollowedGround>(
  places: Places,
  { quick, only, signal, say }: RehearseOptions,
  it: FollowedPlatform<On>,
): Promise<Rehearsed> {
  const startedAt = Date.now();
  await cleanUp(places);
  const tools = await ensureToolchain({ progress: say, signal });
  const { signal: stop, end: noDeadline } = deadlineIn(it.longestMs, "The rehearsal", signal);
  const ground = await it.open({ places, tools, quick, signal: stop, say });
  const chosen = it
    .scenarios(quick)
    .filter(({ name }) => only === undefined || name === firstScenario || only.includes(name));
  const played = await playWhole({
    ground,
    chosen,
    destroy: it.destroy,
    supervisors: () => ground.parts(),
    say,
    stop,
    async close() {
      noDeadline();
      await ground.close();
    },
  });
  const { moreTools } = ground;
  const summary = summarise({ platform: it.platform, quick, startedAt, ...played, tools, moreTools, stage: ground });
  const files = await writeResults(places, summary, ground);
  await cleanUp(places);
  await rm(partsIn(places), { recursive: true, force: true });
  return { summary, files };
}
