import { mkdirSync } from "node:fs";
import { withStackLock } from "../cli/stackLock.ts";
import { deadlineIn } from "../release/deadline.ts";
import { ensureToolchain } from "../tools/toolchain.ts";
import { playWhole } from "./playWhole.ts";
import {
  cleanUp,
  makeProject,
  type Places,
  placesIn,
  repository,
  requireFreePorts,
  stackName,
  supervisors,
} from "./project.ts";
import { summarise, writeResults } from "./result.ts";
import { destroy } from "./scenarios/destroy.ts";
import { evidence } from "./scenarios/evidence.ts";
import { scenariosFor } from "./scenarios/index.ts";
import { Stage } from "./stage.ts";
import type { Summary } from "./summary.ts";
import { Channel } from "./team/channel.ts";
import { channelEnvironment, holdToChecklist } from "./team/preparation.ts";

export type RehearsedPlatform = "local" | "aws" | "kubernetes";

export interface RehearseOptions {
  /** Default: this machine. */
  readonly platform?: RehearsedPlatform | undefined;
  /** A subset, meant to take three minutes at most. */
  readonly quick: boolean;
  /** Leave the stack running at the end, until the next rehearsal. */
  readonly keep: boolean;
  /** First of the ports to use instead of those of Pulumi.rehearsal.yaml. */
  readonly firstPort?: number | undefined;
  /** Names of scenarios to play, for work on one of them; the others are left out. Default all. */
  readonly only?: readonly string[] | undefined;
  readonly by: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Rehearsed {
  readonly summary: Summary;
  /** Absolute paths of what was written. */
  readonly files: { readonly summary: string; readonly report: string };
}

/** All scenarios together take no longer. */
const longestMs = 40 * 60_000;

/**
 * Plays every scenario in a project of its own and writes down what was seen. Whatever happens, what was started is ended
 * (unless it is to be kept) and the results are written.
 *
 * @throws Problem when it cannot begin: another rehearsal runs, a tool is missing, a port is in use
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const places = placesIn(repository, options.platform);
  mkdirSync(places.home, { recursive: true });
  const lock = { home: places.home, stack: stackName, by: options.by };
  return withStackLock(lock, "the rehearsal", () => inProject(places, options));
}

async function inProject(places: Places, options: RehearseOptions): Promise<Rehearsed> {
  if (options.platform === "aws" || options.platform === "kubernetes") {
    const { rehearseFollowed } = await import("./followed/rehearseFollowed.ts");
    return options.platform === "aws"
      ? rehearseFollowed(places, options, (await import("./cloud/cloud.ts")).cloud)
      : rehearseFollowed(places, options, (await import("./cluster/cluster.ts")).cluster);
  }
  const { quick, signal, say } = options;
  const startedAt = Date.now();
  await cleanUp(places);
  const tools = await ensureToolchain({ progress: say, signal });
  makeProject(places, options.firstPort, quick);
  holdToChecklist(places);
  await requireFreePorts(places);
  const channel = await Channel.open();
  const { signal: stop, end: noDeadline } = deadlineIn(longestMs, "The rehearsal", signal);
  const stage = new Stage({ places, tools, quick, signal: stop, say, env: channelEnvironment(channel) });
  // Without evidence nothing is released.
  const only = options.only === undefined ? undefined : [evidence.name, ...options.only];
  const played = await playWhole({
    ground: stage,
    chosen: scenariosFor(quick).filter((it) => only === undefined || only.includes(it.name)),
    destroy: options.keep ? undefined : destroy,
    supervisors: () => supervisors(places),
    say,
    stop,
    async close() {
      noDeadline();
      await channel.close();
    },
  });
  const summary = summarise({ platform: "local", quick, startedAt, ...played, tools, stage });
  const files = await writeResults(places, summary, stage);
  if (!options.keep) await cleanUp(places);
  return { summary, files };
}
