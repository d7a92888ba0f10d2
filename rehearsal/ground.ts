import { z } from "zod";
import { type Context, openContext, ownBackend, ownPassphrase } from "../cli/context.ts";
import { liveNow } from "../cli/live.ts";
import type { Platform } from "../cli/platform/platform.ts";
import type { Settings } from "../config.ts";
import type { JudgedItem } from "../release/checklist/judgedItem.ts";
import type { EnvironmentName } from "../release/environment.ts";
import { Problem } from "../release/problem.ts";
import type { VerdictWord } from "../release/verdict.ts";
import type { Toolchain } from "../tools/toolchain.ts";
import { type Command, Commands, complaint, type Ended } from "./command.ts";
import { type Bucket, LoadGenerator, type LoadSummary, type LoadTarget, type LoadWindow } from "./load/client.ts";
import { type Places, stackName } from "./project.ts";
import type { SaidVerdict } from "./report/parts.ts";

const stateShape = z.looseObject({
  live: z.enum(["blue", "green"]),
  serving: z.object({ blue: z.number(), green: z.number() }),
});

/** What the figures of the summary are made from. */
export interface Recorded {
  readonly lastOldAnswerMs: number[];
  readonly verdictToLastBadAnswerMs: number[];
  readonly verdicts: SaidVerdict[];
  /** Checklists as releases judged them. */
  readonly checklists: { version: string; items: JudgedItem[] }[];
}

/** How long things may take before they are ended, ms. */
export interface Limits {
  readonly commandMs: number;
  /** One that hangs must not hide what the others have shown. */
  readonly scenarioMs: number;
}

/** Longer than any rehearsal may take: the load ends with the scenarios. */
const longestLoadSeconds = 7_200;

const usualLimits: Limits = { commandMs: 300_000, scenarioMs: 900_000 };

export interface GroundSettings {
  readonly places: Places;
  readonly tools: Toolchain;
  readonly quick: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Variables that the commands are given besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: 3 minutes a command, 10 a scenario. */
  readonly limits?: Limits;
}

/** What scenarios play on, whatever the platform: a stack, its commands, and the load. */
export abstract class Ground {
  readonly places: Places;
  readonly tools: Toolchain;
  readonly quick: boolean;
  readonly context: Context;
  readonly commands: Commands;
  readonly limits: Limits;
  /** Where the state of the project's stacks is, and the addresses of the team's channels. */
  readonly engineEnv: Readonly<Record<string, string>>;
  readonly recorded: Recorded = { lastOldAnswerMs: [], verdictToLastBadAnswerMs: [], verdicts: [], checklists: [] };
  /** Requests a second. */
  abstract readonly ratePerSecond: number;
  /** Aborted when the scenario's time is over or the person stops. Set anew for each scenario. */
  signal: AbortSignal;
  readonly #say: (line: string) => void;
  #load: LoadGenerator | undefined;
  #loadEnded: { summary: LoadSummary; timeline: Bucket[] } | undefined;

  constructor(it: GroundSettings) {
    this.places = it.places;
    this.tools = it.tools;
    this.quick = it.quick;
    this.signal = it.signal;
    this.#say = it.say;
    this.context = openContext({ project: it.places.project, stack: stackName, json: true, yes: true });
    this.engineEnv = { ...it.env, ...ownBackend(this.context), ...ownPassphrase(this.context) };
    this.limits = it.limits ?? usualLimits;
    this.commands = new Commands(it.places, it.tools, this.engineEnv, { longestMs: this.limits.commandMs });
  }

  /** The platform as the commands ask it. @throws Problem when nothing is deployed */
  abstract asked(): Promise<Platform>;

  /** Where users go, and what they ask. */
  protected abstract users(): LoadTarget[];

  get settings(): Settings {
    return this.context.settings();
  }

  log(line: string): void {
    this.#say(line);
  }

  /** Runs a `greenlight` command to its end. */
  async greenlight(...args: string[]): Promise<Ended> {
    return this.run(this.commands.greenlight(args));
  }

  async pulumi(...args: string[]): Promise<Ended> {
    return this.run(this.commands.pulumi(args));
  }

  /** One operation of plain pulumi on the stack, as somebody gives it who has seen the preview. */
  async operate(operation: "up" | "refresh" | "destroy"): Promise<Ended> {
    return this.pulumi(operation, "--yes", "--skip-preview", "--suppress-outputs");
  }

  /** Waits for a command; ends it when the scenario's time is over. */
  async run(command: Command): Promise<Ended> {
    const end = () => command.kill("SIGTERM");
    this.signal.throwIfAborted();
    this.signal.addEventListener("abort", end, { once: true });
    try {
      const ended = await command.ended;
      this.signal.throwIfAborted();
      return ended;
    } finally {
      this.signal.removeEventListener("abort", end);
    }
  }

  /** Work that is given up when the scenario's time is over, whatever it waits for. */
  async withinTime<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this;
    signal.throwIfAborted();
    let giveUp: () => void = () => undefined;
    const over = new Promise<never>((_, reject) => {
      giveUp = () => reject(signal.reason);
      signal.addEventListener("abort", giveUp, { once: true });
    });
    try {
      return await Promise.race([work(), over]);
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Runs a command that must end with 0; its JSON, checked. */
  async must<T>(shape: z.ZodType<T>, ended: Promise<Ended>): Promise<T> {
    const it = await ended;
    if (it.exitCode !== 0) throw new Problem({ happened: `A command ended with ${it.exitCode}: ${complaint(it)}` });
    return shape.parse(it.json);
  }

  /** What serves everything now, as the platform says. */
  async live(): Promise<{ environment: EnvironmentName; version: string } | undefined> {
    const platform = await this.asked();
    return liveNow(await platform.serving(), platform);
  }

  async sayLive(): Promise<string> {
    const live = await this.live().catch(() => undefined);
    return live === undefined ? "nobody serves everything" : `${live.environment} ${live.version} serves 100 %`;
  }

  /** Whether Pulumi's state says what serves: undefined when it does, else what it says instead. */
  async stateFault(): Promise<string | undefined> {
    const live = await this.live();
    const state = await this.must(stateShape, this.pulumi("stack", "output", "--json"));
    const agrees = live !== undefined && state.live === live.environment && state.serving[live.environment] === 100;
    const { blue, green } = state.serving;
    return agrees ? undefined : `Pulumi's state says live ${state.live}, blue ${blue} %, green ${green} %`;
  }

  async startLoad(): Promise<void> {
    const targets = this.users();
    this.#load = await LoadGenerator.start(
      { targets, ratePerSecond: this.ratePerSecond, maxSeconds: longestLoadSeconds },
      {},
    );
  }

  get loading(): boolean {
    return this.#load !== undefined;
  }

  get load(): LoadGenerator {
    if (this.#load === undefined)
      throw new Problem({ happened: "There is no load: the first deployment did not serve." });
    return this.#load;
  }

  /** Everything that ended since the load's very first request. */
  async sinceLoadBegan(): Promise<LoadWindow> {
    return this.load.since({ id: 0, name: "start", at: 0 });
  }

  get loadPid(): number | undefined {
    return this.#load?.pid;
  }

  /** Ends the load and keeps what it counted. */
  async endLoad(): Promise<void> {
    const load = this.#load;
    if (load === undefined || this.#loadEnded !== undefined) return;
    try {
      const timeline = await load.timeline();
      this.#loadEnded = { timeline, summary: await load.stop() };
    } finally {
      this.#load = undefined;
      await load[Symbol.asyncDispose]();
    }
  }

  get loadEnded(): { summary: LoadSummary; timeline: Bucket[] } | undefined {
    return this.#loadEnded;
  }

  verdict(it: { at: number; version: string; verdict: VerdictWord; sentence: string; afterwards?: string }): void {
    this.recorded.verdicts.push(it);
  }
}
