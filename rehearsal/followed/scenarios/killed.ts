import { killDuring, type Moment } from "../../killing.ts";
import { interrupted } from "../../releases.ts";
import { release } from "../../releasing.ts";
import { count } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import type { FollowedGround } from "../followedGround.ts";

/**
 * One release whose command and engine are killed amid it, again and again.
 *
 * @param moments what is told when each of them begins, by its name
 */
export function killed(moments: Readonly<Record<string, RegExp>>): Scenario<FollowedGround> {
  return {
    name: "kill",
    title: "kill -9 of command and engine",
    expected: `Killed during ${Object.keys(moments).join(" and ")}, the same command goes on each time and ends well; no request fails.`,
    allowsFailures: false,
    quick: false,
    async play(ground) {
      const found = new Findings();
      await ground.strategyIs("blue-green");
      const mark = await ground.load.mark("kill");
      const version = interrupted[1];
      for (const [name, told] of Object.entries(moments)) {
        ground.log(`killing command and engine during: ${name}`);
        const moment: Moment = { name, engine: true, reached: (_, command) => command.told(told) };
        const { left } = await killDuring(ground, ["release", version], moment, "both");
        found.expect(left.length === 0, `after the kill during ${name} these stayed: ${left.join("; ")}`);
      }
      const end = await release(ground, version);
      found.expect(end.exitCode === 0 && end.outcome === "released", `it ended as ${end.outcome}: ${end.sentence}`);
      const fault = await ground.stateFault();
      found.expect(fault === undefined, fault ?? "");
      const { total } = await ground.load.since(mark);
      return found.ended(
        `Cut off ${Object.keys(moments).length} times and gone on with each time; ${await ground.sayLive()}; ${count(total.failed)} of ${count(total.requests)} requests failed.`,
      );
    },
  };
}
