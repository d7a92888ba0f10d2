import { type EnvironmentName, other } from "../../../release/environment.ts";
import { Problem } from "../../../release/problem.ts";
import { complaint } from "../../command.ts";
import { count, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import { median } from "../../summary.ts";
import { answersFrom, lastAnswerAfter } from "../../traffic.ts";
import type { FollowedGround } from "../followedGround.ts";

interface Switches {
  readonly name: string;
  readonly switches: number;
  /** How much later than the API's word requests go by it, ms. */
  readonly lagMs: number;
  readonly quick: boolean;
}

/** Switches back and forth under load, by every way there is. */
export function backAndForth({ name, switches, lagMs, quick }: Switches): Scenario<FollowedGround> {
  return {
    name,
    title: `${switches} switches back and forth`,
    expected: `${switches} switches, the first by \`greenlight rollback\`, the last by \`greenlight switch\`, the others as a rollback moves traffic; requests follow the API ${milliseconds(lagMs)} later: none fails, and Pulumi's state says in the end what serves.`,
    allowsFailures: false,
    quick,
    async play(ground) {
      const found = new Findings();
      await ground.atFullSize();
      const first = await ground.serving();
      const begin = await ground.load.mark("switches");
      ground.follower.delayMs = lagMs;
      const lastOld: number[] = [];
      try {
        for (let index = 0; index < switches; index += 1) {
          ground.signal.throwIfAborted();
          const from = index % 2 === 0 ? first : other(first);
          const how = index === 0 ? "rollback" : index === switches - 1 ? "switch" : "moved";
          const last = await oneSwitch(ground, from, how);
          if (last === null) found.expect(false, `switch ${index + 1}: ${from} had no traffic before it`);
          else lastOld.push(last);
        }
      } finally {
        ground.follower.delayMs = ground.usualLagMs;
      }
      ground.recorded.lastOldAnswerMs.push(...lastOld);
      const live = await ground.live();
      found.expect(live?.environment === first, `in the end ${await ground.sayLive()}`);
      const fault = await ground.stateFault();
      found.expect(fault === undefined, fault ?? "");
      const { total } = await ground.load.since(begin);
      return found.ended(
        `${switches} switches; the old side's last answer came ${milliseconds(median(lastOld) ?? 0)} after the API had the new weights (median; at most ${milliseconds(Math.max(0, ...lastOld))}); ${count(total.failed)} of ${count(total.requests)} requests failed; ${await ground.sayLive()}, and so says Pulumi's state.`,
        { switches, lagMs, lastOldAnswerMs: lastOld.map((ms) => Math.round(ms)) },
      );
    },
  };
}

/** Milliseconds from the moment the follower saw the new weights to the old side's last answer. */
async function oneSwitch(
  ground: FollowedGround,
  from: EnvironmentName,
  how: "rollback" | "switch" | "moved",
): Promise<number | null> {
  const to = other(from);
  const mark = await ground.load.mark(`to ${to}`);
  // Without answers from the old side before the switch, its last one would say nothing.
  await answersFrom(ground, mark, from, 20, ground.follower.delayMs + 10_000);
  const seen = ground.follower.applied.length;
  if (how === "moved") await (await ground.asked()).moveTraffic(to, () => undefined);
  else {
    const args = how === "switch" ? ["switch", to] : ["rollback", "--reason", "the way back is drilled"];
    const ended = await ground.greenlight(...args);
    if (ended.exitCode !== 0) throw new Problem({ happened: `The ${how} to ${to} failed: ${complaint(ended)}` });
  }
  const moved = await ground.load.mark(`moved to ${to}`);
  await answersFrom(ground, moved, to, 60, ground.follower.delayMs + 10_000);
  const changes = ground.follower.applied.slice(seen).filter(({ state }) => state.weights[to] === 100);
  const window = await ground.load.since(mark);
  return lastAnswerAfter(window.byEnvironment[from], Math.min(...changes.map(({ seenAt }) => seenAt)));
}
