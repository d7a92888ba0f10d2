import { type EnvironmentName, other } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { complaint } from "../command.ts";
import { killDuring, trafficSwitch } from "../killing.ts";
import type { Mark } from "../load/client.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { median } from "../summary.ts";
import { answersFrom, lastAnswerAfter } from "../traffic.ts";

interface Switched {
  readonly from: EnvironmentName;
  readonly mark: Mark;
  readonly writtenAt: number;
}

interface Switches {
  readonly name: string;
  readonly switches: number;
  /** Switches at either end that go through commands; the ones between go through what a rollback uses. */
  readonly atEnds: number;
  /** Whether the engine of the last one is killed in the middle; the same command is then given again. */
  readonly lastCutOff: boolean;
}

function scenario({ name, switches, atEnds, lastCutOff }: Switches): Scenario {
  const ends = atEnds === 1 ? "the last" : `the second and the last ${atEnds}`;
  const killed = lastCutOff ? " (its engine is killed with -9 in the middle, and the same command given again)" : "";
  const how = `the first by \`greenlight rollback\`, ${ends} by \`greenlight switch\`${killed}, the ${switches - 2 * atEnds} between moved on the proxy as a rollback does it`;
  return {
    name,
    title: `${switches} switches back and forth`,
    expected: `${switches} switches, ${how}: no request fails, the old side falls silent at once, and Pulumi's state says in the end what serves.`,
    allowsFailures: false,
    quick: lastCutOff,
    async play(stage) {
      const found = new Findings();
      const first = await stage.live();
      if (first === undefined)
        throw new Problem({ happened: "Nobody serves everything, so there is nothing to switch." });
      const begin = await stage.load.mark("switches");
      const done: Switched[] = [];
      for (let index = 0; index < (lastCutOff ? switches - 1 : switches); index += 1) {
        stage.signal.throwIfAborted();
        const engine = index < atEnds || index >= switches - atEnds;
        const from = index % 2 === 0 ? first.environment : other(first.environment);
        done.push(await oneSwitch(stage, from, index === 0 ? "rollback" : engine ? "switch" : "proxy"));
      }
      const end = await stage.load.mark("switched");
      const lastOld: number[] = [];
      for (const [index, { from, mark, writtenAt }] of done.entries()) {
        const window = await stage.load.between(mark, done[index + 1]?.mark ?? end);
        const last = lastAnswerAfter(window.byEnvironment[from], writtenAt);
        if (last === null) found.expect(false, `switch ${index + 1}: ${from} had no traffic before it`);
        else lastOld.push(last);
      }
      stage.recorded.lastOldAnswerMs.push(...lastOld);
      const cutOff = lastCutOff ? await cutOffSwitch(stage, first.environment, found) : undefined;
      const live = await stage.live();
      found.expect(live?.environment === first.environment, `in the end ${await stage.sayLive()}`);
      const fault = await stage.stateFault();
      found.expect(fault === undefined, fault ?? "");
      const { total } = await stage.load.since(begin);
      const middle = median(lastOld) ?? 0;
      found.expect(middle <= 50, "the old side answered for too long");
      return found.ended(
        `${switches} switches${cutOff === undefined ? "" : `, the last ${cutOff}`}; the old side's last answer came ${milliseconds(middle)} after the switch (median; at most ${milliseconds(Math.max(0, ...lastOld))}); ${count(total.failed)} of ${count(total.requests)} requests failed; ${await stage.sayLive()}, and so says Pulumi's state.`,
        { switches, lastOldAnswerMs: lastOld.map((ms) => Math.round(ms * 10) / 10) },
      );
    },
  };
}

async function oneSwitch(stage: Stage, from: EnvironmentName, how: "rollback" | "switch" | "proxy"): Promise<Switched> {
  const to = other(from);
  const mark = await stage.load.mark(`to ${to}`);
  // Without answers from the old side before the switch, its last one would say nothing.
  await answersFrom(stage, mark, from, 30);
  if (how === "proxy") await stage.platform().moveTraffic(to, () => undefined);
  else {
    const args = how === "switch" ? ["switch", to] : ["rollback", "--reason", "the way back is drilled"];
    const ended = await stage.greenlight(...args);
    if (ended.exitCode !== 0) throw new Problem({ happened: `The ${how} to ${to} failed: ${complaint(ended)}` });
  }
  const writtenAt = stage.weightsWrittenAt();
  const moved = await stage.load.mark(`moved to ${to}`);
  await answersFrom(stage, moved, to, 100);
  return { from, mark, writtenAt };
}

/**
 * Whether the killed engine had moved the traffic is open, so no old side's last answer is taken from it. An engine may be hit when its work
 * is done: then the command is right to say that all is well, and everything must be.
 */
async function cutOffSwitch(stage: Stage, to: EnvironmentName, found: Findings): Promise<string> {
  const mark = await stage.load.mark(`to ${to}, cut off`);
  await answersFrom(stage, mark, other(to), 30);
  const { ended, left } = await killDuring(stage, ["switch", to], trafficSwitch, "engine");
  found.expect(left.length === 0, `after the kill these stayed: ${left.join("; ")}`);
  const done = ended.exitCode === 0;
  if (done) {
    const fault = (await stage.live())?.environment === to ? await stage.stateFault() : await stage.sayLive();
    found.expect(fault === undefined, `the command said all is well after its engine was killed, but: ${fault}`);
  }
  const again = await stage.greenlight("switch", to);
  found.expect(again.exitCode === 0, `given again, the switch to ${to} failed: ${complaint(again)}`);
  const moved = await stage.load.mark(`moved to ${to}`);
  await answersFrom(stage, moved, to, 100);
  return done ? "done when its engine was killed" : "cut off once";
}

export const twentySwitches = scenario({ name: "switches", switches: 20, atEnds: 2, lastCutOff: false });
/** The full rehearsal kills the engine in every phase of a release. */
export const fourSwitches = scenario({ name: "switches-quick", switches: 4, atEnds: 1, lastCutOff: true });
