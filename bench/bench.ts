import type { Toolchain } from "../tools/toolchain.ts";
import type { BenchOptions } from "./options.ts";
import { type RehearsalRun, rehearsalRun } from "./rehearsalRun.ts";
import { Stand } from "./stand.ts";
import { type TrafficRun, trafficRun } from "./trafficRun.ts";

/** What figures are measured on. What several of them need is made once, at first need. */
export class Bench {
  readonly options: BenchOptions;
  readonly tools: Toolchain;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  #stand: Promise<Stand> | undefined;
  #traffic: Promise<TrafficRun> | undefined;
  readonly #rehearsals = new Map<boolean, Promise<RehearsalRun>>();

  constructor(it: { options: BenchOptions; tools: Toolchain; signal: AbortSignal; say: (line: string) => void }) {
    this.options = it.options;
    this.tools = it.tools;
    this.signal = it.signal;
    this.say = it.say;
  }

  /** A deployed stack, both sides good. */
  async stand(): Promise<Stand> {
    this.signal.throwIfAborted();
    this.#stand ??= Stand.open({
      firstPort: this.options.firstPort,
      short: this.options.short,
      tools: this.tools,
      signal: this.signal,
      say: this.say,
    });
    return this.#stand;
  }

  /** The one run under load that several figures are read from. */
  async traffic(): Promise<TrafficRun> {
    this.#traffic ??= this.stand().then((stand) => trafficRun(stand, this));
    return this.#traffic;
  }

  /** One rehearsal from the command line. It needs the machine for itself, so the stand is taken down first. */
  async rehearsal(full: boolean): Promise<RehearsalRun> {
    await this.close();
    this.signal.throwIfAborted();
    const run = this.#rehearsals.get(full) ?? rehearsalRun(full, this);
    this.#rehearsals.set(full, run);
    return run;
  }

  /** Takes down what stands. */
  async close(): Promise<void> {
    const stand = await this.#stand?.catch(() => undefined); // it took itself down, and its figure said why
    this.#stand = undefined;
    await stand?.close();
  }
}
