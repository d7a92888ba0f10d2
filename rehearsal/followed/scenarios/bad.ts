import { release } from "../../releasing.ts";
import { count, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import { lastAnswerAfter, lastRequestAfter } from "../../traffic.ts";
import { until } from "../../until.ts";
import type { FollowedGround } from "../followedGround.ts";
import type { Release } from "./good.ts";

/** The longest way back after a verdict, beyond the time that requests are behind, ms. */
export const wayBackMs = 2_000;

/** A release that must be taken back by itself, whatever its strategy. */
export function bad(it: Release & { readonly answersLate?: true }): Scenario<FollowedGround> {
  return {
    ...it,
    allowsFailures: true,
    async play(ground) {
      const found = new Findings();
      await ground.strategyIs(it.strategy);
      const before = await ground.live();
      const mark = await ground.load.mark(it.name);
      const end = await release(ground, it.version);
      found.expect(end.exitCode === 4 && end.outcome === "rolled-back", `it ended as ${end.outcome}: ${end.sentence}`);
      found.expect(end.verdict?.verdict === "no-go", `the verdict is ${end.verdict?.verdict ?? "missing"}`);
      const live = await ground.live();
      found.expect(live?.version === before?.version, `afterwards ${await ground.sayLive()}`);
      // Requests follow later: all that meet it are to be counted here, and none in what is played next.
      await until(() => false, ground.usualLagMs, ground.signal);
      const { total, byVersion } = await ground.load.since(mark);
      const own = byVersion[it.version];
      const stable = before === undefined ? undefined : byVersion[before.version];
      found.expect((stable?.failed ?? 0) === 0, `${stable?.failed} requests to ${before?.version} failed`);
      if (it.strategy !== "blue-green") {
        const met = (own?.requests ?? 0) / Math.max(1, total.requests);
        found.expect(met < 0.5, `${Math.round(100 * met)} % of the requests met it`);
      }
      const verdictAt = end.verdict?.at ?? Date.now();
      const lastAnswerMs = lastAnswerAfter(own, verdictAt);
      // A late answer may still be on its way when traffic has gone; what counts is that nothing new is sent there.
      const last = it.answersLate ? lastRequestAfter(own, verdictAt) : lastAnswerMs;
      // Instance by instance the way back takes as many updates as the way there.
      if (it.strategy !== "rolling") {
        const bound = ground.usualLagMs + wayBackMs;
        found.expect((last ?? 0) <= bound, `the way back took longer than ${milliseconds(bound)}`);
      }
      if (last !== null && !it.answersLate) ground.recorded.verdictToLastBadAnswerMs.push(last);
      return found.ended(
        `${end.verdict?.sentence ?? "No verdict."} ${count(own?.requests ?? 0)} of ${count(total.requests)} requests met it, ${count(own?.failed ?? 0)} failed; its last ${it.answersLate ? "request" : "answer"} came ${last === null ? "before" : `${milliseconds(last)} after`} the verdict; ${await ground.sayLive()}.`,
        { verdict: end.verdict?.verdict ?? null, met: own?.requests ?? 0, lastBadAnswerMs: lastAnswerMs },
      );
    },
  };
}
