import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { processStart } from "../cli/processStart.ts";
import { folder } from "../provider/local/folder.ts";
import { type EnvironmentName, other } from "../release/environment.ts";
import { Problem } from "../release/problem.ts";
import { type Command, complaint, type Ended } from "./command.ts";
import type { Ground } from "./ground.ts";
import { sendSignal } from "./processes.ts";
import { orphans } from "./project.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

/** A moment of a release at which something is killed. */
export interface Moment<On extends Ground = Ground> {
  readonly name: string;
  /** Whether the engine works then; in the watch only the command does. */
  readonly engine: boolean;
  readonly reached: (stage: On, command: Command) => boolean | Promise<boolean>;
}

const told = (pattern: RegExp) => (_: Ground, command: Command) => command.told(pattern);

export const snapshot: Moment = { name: "snapshot", engine: true, reached: told(/ snapshot \S+ …/) };
export const migration: Moment<Stage> = {
  name: "migration",
  engine: true,
  // Told when it begins; the kill is to land in the middle of the script.
  reached: async (stage, command) => command.told(/ migration \S+ …/) && (await migrating(stage)),
};
export const instances: Moment<Stage> = {
  name: "start of the instances",
  engine: true,
  reached: async (stage, command) => command.told(/ migration \S+ done/) && freshInstances(stage) > 0,
};
export const healthGate: Moment = { name: "health gate", engine: true, reached: told(/ health gate \S+ …/) };
export const smokeGate: Moment = { name: "smoke gate", engine: true, reached: told(/ smoke gate \S+ …/) };
export const trafficSwitch: Moment = { name: "switch", engine: true, reached: told(/ traffic \S+ …/) };
export const watching: Moment = {
  name: "watch",
  engine: false,
  reached: told(/^\S+ (Go|No-go|Undecided) after/m),
};

export interface Killed {
  readonly ended: Ended;
  /** Processes of the rehearsal that stayed without anybody to end them. */
  readonly left: readonly string[];
}

/**
 * Starts a command of greenlight, kills -9 its engine (and the command, if asked) at the moment, and waits until nothing of it is left.
 *
 * @param args such as `["release", "v1.2.0"]`
 */
export async function killDuring<On extends Ground>(
  stage: On,
  args: readonly string[],
  moment: Moment<On>,
  whom: "engine" | "both",
): Promise<Killed> {
  const command = stage.commands.greenlight(args);
  const engines = new KnownEngines(command);
  const reached = await until(
    async () => command.over || (await moment.reached(stage, command)),
    90_000,
    stage.signal,
    15,
  ).finally(() => engines.stop());
  if (!reached || command.over) {
    command.kill();
    const ended = await command.ended;
    throw new Problem({
      happened: `\`greenlight ${args.join(" ")}\` never came to its ${moment.name}: ${complaint(ended)}`,
    });
  }
  const pids = await engines.now();
  if (whom === "both") command.kill();
  for (const pid of pids) sendSignal(pid, "SIGKILL");
  if (moment.engine && pids.length === 0) {
    command.kill();
    throw new Problem({ happened: `No engine ran at the ${moment.name} of \`greenlight ${args.join(" ")}\`.` });
  }
  const ended = await stage.run(command);
  let left: string[] = [];
  await until(
    async () => {
      left = await orphans(stage.places);
      return left.length === 0;
    },
    20_000,
    stage.signal,
    200,
  );
  return { ended, left };
}

/** Engines of a command, looked for beforehand: by the time that all processes are listed, the moment to kill them may be over. */
class KnownEngines {
  readonly #command: Command;
  readonly #timer: NodeJS.Timeout;
  #pids: readonly number[] = [];
  #looking = false;

  constructor(command: Command) {
    this.#command = command;
    this.#timer = setInterval(() => void this.#look(), 200);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Those that live; looks anew only where none of those that were seen last does. */
  async now(): Promise<readonly number[]> {
    const living = this.#pids.filter((pid) => processStart(pid) !== undefined);
    return living.length > 0 ? living : this.#command.engines();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#pids = await this.#command.engines();
    } catch {
      // A listing that failed is made again, at the latest by whoever kills.
    } finally {
      this.#looking = false;
    }
  }
}

async function migrating(stage: Stage): Promise<boolean> {
  return stage.database(async (client) => {
    const { rowCount } = await client.query(
      "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1)%' AND state = 'active' AND pid <> pg_backend_pid()",
    );
    return (rowCount ?? 0) > 0;
  });
}

/** Supervisors of the idle side that were started within the last seconds. */
function freshInstances(stage: Stage): number {
  const at = folder(stage.places.stack).processes;
  const idle: EnvironmentName = other(stage.settings.live);
  return readdirSync(at)
    .filter((name) => name.startsWith(`${idle}-`) && name.endsWith(".pid"))
    .filter((name) => Date.now() - (statSync(join(at, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) < 5000).length;
}
