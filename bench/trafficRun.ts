import { z } from "zod";
import { type Answers, LoadGenerator, type LoadSummary, type Mark } from "../rehearsal/load/client.ts";
import { shopTraffic } from "../rehearsal/load/shopTraffic.ts";
import { release } from "../rehearsal/releasing.ts";
import { until } from "../rehearsal/until.ts";
import { type EnvironmentName, other } from "../release/environment.ts";
import { Problem } from "../release/problem.ts";
import { carriedRate } from "./carriedRate.ts";
import type { BenchOptions } from "./options.ts";
import { badVersion, goodVersions, type Stand } from "./stand.ts";

/** How traffic was moved. */
export type Way = "proxy" | "switch" | "rollback";

export interface Switched {
  readonly way: Way;
  /** From the moment the new weights were in place to the old side's last answer. */
  readonly lastOldAnswerMs: number;
}

/** What one run under load showed. */
export interface TrafficRun {
  readonly load: LoadSummary;
  readonly ratePerSecond: number;
  readonly switches: readonly Switched[];
  /** From the verdict no-go to the bad version's last answer. */
  readonly verdictToLastBadAnswerMs: readonly number[];
  readonly lost: Lost;
}

/** Failed requests, told apart by whose they are. */
export interface Lost {
  /** Every failure but those below. */
  readonly failed: number;
  /** Errors that the bad version itself answered: what it is there for. */
  readonly answeredByBadVersion: number;
}

/** Requests, moves of traffic between two commands (even, so that both ends are the same side), time between moves. */
const plans = {
  whole: { requests: 200_000, moves: 10, everyMs: 1200, badReleases: 2 },
  short: { requests: 5_000, moves: 2, everyMs: 500, badReleases: 1 },
};

/**
 * Steady traffic without a retry, and under it: switches back and forth between two good versions, bad releases that are
 * rolled back by themselves, and switches again until enough requests have ended.
 */
export async function trafficRun(
  stand: Stand,
  it: { options: BenchOptions; say: (line: string) => void },
): Promise<TrafficRun> {
  const plan = it.options.short ? plans.short : plans.whole;
  await stand.toBlue();
  const ratePerSecond = it.options.rate ?? (await carriedRate(stand, it.say));
  await using load = await LoadGenerator.start({ targets: shopTraffic(stand.addresses), ratePerSecond });
  const begin = await load.mark("begin");
  const enough = async () => (await load.since(begin)).total.requests >= ratePerSecond;
  if (!(await until(enough, 15_000, stand.stage.signal))) {
    throw new Problem({ happened: `The load does not reach ${ratePerSecond} requests a second within 15 s.` });
  }
  await stand.deployBeside("green", goodVersions.green);
  const switching = new Switching(stand, load, plan);
  await switching.round("switch");
  const verdictToLastBadAnswerMs: number[] = [];
  for (let index = 0; index < plan.badReleases; index += 1) {
    it.say(`release of ${badVersion}, which has to be rolled back by itself (${index + 1} of ${plan.badReleases})`);
    verdictToLastBadAnswerMs.push(await badRelease(stand, load));
  }
  await stand.deployBeside("green", goodVersions.green);
  for (let round = 0; ; round += 1) {
    const { requests } = (await load.since(begin)).total;
    if (round > 0 && requests >= plan.requests) break;
    it.say(`${requests} of ${plan.requests} requests; the next switches back and forth`);
    await switching.round(round % 2 === 0 ? "rollback" : "switch");
  }
  const { done: switches } = switching;
  const summary = await load.stop();
  return { load: summary, ratePerSecond, switches, verdictToLastBadAnswerMs, lost: lostIn(summary) };
}

/** Failures by whose they are. Only an error status that the bad version answered is its own. */
export function lostIn(load: Pick<LoadSummary, "total" | "byVersion">): Lost {
  const answeredByBadVersion = load.byVersion[badVersion]?.failures.status ?? 0;
  return { failed: load.total.failed - answeredByBadVersion, answeredByBadVersion };
}

/** Releases it, sees that it was taken back, and measures how long it went on answering after the verdict. */
async function badRelease({ stage }: Stand, load: LoadGenerator): Promise<number> {
  const mark = await load.mark(badVersion);
  const end = await release(stage, badVersion);
  if (end.outcome !== "rolled-back" || end.verdict?.verdict !== "no-go") {
    throw new Problem({ happened: `The release of ${badVersion} ended as ${end.outcome}: ${end.sentence}` });
  }
  const own = (await load.since(mark)).byVersion[badVersion];
  return afterwards(own, end.verdict.at, `${badVersion} never answered, so nothing was measured.`);
}

const moved = z.looseObject({ move: z.looseObject({ writtenAt: z.number() }) });

/** Moves traffic from side to side and measures how long each old side goes on answering. */
class Switching {
  readonly done: Switched[] = [];
  readonly #stand: Stand;
  readonly #load: LoadGenerator;
  readonly #plan: { readonly moves: number; readonly everyMs: number };

  constructor(stand: Stand, load: LoadGenerator, plan: { readonly moves: number; readonly everyMs: number }) {
    this.#stand = stand;
    this.#load = load;
    this.#plan = plan;
  }

  /** From blue to green by the command, back and forth on the proxy, and from green to blue by a command again. */
  async round(back: "switch" | "rollback"): Promise<void> {
    await this.#command("switch", "green");
    for (let move = 0; move < this.#plan.moves; move += 1) await this.#move(move % 2 === 0 ? "blue" : "green");
    await this.#command(back, "blue");
  }

  /** By the platform alone, as a rollback does it first. */
  async #move(to: EnvironmentName): Promise<void> {
    await this.#turn("proxy", to, async () => {
      const { stage } = this.#stand;
      return (await stage.platform().moveTraffic(to, () => undefined)).writtenAt;
    });
  }

  async #command(way: "switch" | "rollback", to: EnvironmentName): Promise<void> {
    await this.#turn(way, to, async () => {
      const args = way === "switch" ? ["switch", to] : ["rollback", "--reason", "a rollback under load is measured"];
      const ended = await this.#stand.must(...args);
      // A switch's own time is when its update came to the traffic; a rollback's update writes the weights once more.
      return way === "switch" ? this.#stand.stage.weightsWrittenAt() : moved.parse(ended.json).move.writtenAt;
    });
  }

  async #turn(way: Way, to: EnvironmentName, act: () => Promise<number>): Promise<void> {
    const from = other(to);
    const mark = await this.#load.mark(`${way} to ${to}`);
    // Without answers from the old side before it, the old side's last answer would say nothing.
    await this.#answers(mark, from, 30);
    const writtenAt = await act();
    await this.#answers(mark, to, 100);
    // The time between two switches is also how long a straggler of the old side would be noticed.
    const { everyMs } = this.#plan;
    await until(() => Date.now() - writtenAt >= everyMs, everyMs, this.#stand.stage.signal);
    const old = (await this.#load.since(mark)).byEnvironment[from];
    const lastOldAnswerMs = afterwards(old, writtenAt, `${from} had no traffic before a switch.`);
    this.done.push({ way, lastOldAnswerMs });
  }

  async #answers(mark: Mark, side: EnvironmentName, least: number): Promise<void> {
    const enough = async () => ((await this.#load.since(mark)).byEnvironment[side]?.requests ?? 0) >= least;
    if (await until(enough, 15_000, this.#stand.stage.signal)) return;
    throw new Problem({ happened: `${side} did not answer ${least} requests within 15 s.` });
  }
}

/** Milliseconds from a moment to the last of these answers; 0 when it came before. */
function afterwards(answers: Answers | undefined, at: number, otherwise: string): number {
  const last = answers?.lastAnswerAt;
  if (last === undefined || last === null) throw new Problem({ happened: otherwise });
  return Math.max(0, last - at);
}
