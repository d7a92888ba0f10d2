import { failureOf, release } from "../../releasing.ts";
import { count, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import type { FollowedGround } from "../followedGround.ts";

interface Refused<On extends FollowedGround> {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** What it must say. */
  readonly says: RegExp;
  /** What somebody does on the platform before, and undoes after. */
  readonly before?: (ground: On) => Promise<unknown>;
  readonly after?: (ground: On, found: Findings) => Promise<unknown>;
  readonly quick?: boolean;
}

/** A release that must not come to its switch, and must say why. */
export function refused<On extends FollowedGround>(it: Refused<On>): Scenario<On> {
  return {
    name: it.name,
    title: it.title,
    expected: `${it.version} is not switched to, and it is said why; users are served as before, no request fails.`,
    allowsFailures: false,
    quick: it.quick ?? false,
    async play(ground) {
      const found = new Findings();
      await ground.strategyIs("blue-green");
      const before = await ground.live();
      const mark = await ground.load.mark(it.name);
      const began = Date.now();
      await it.before?.(ground);
      const attempt = async () => {
        const end = await release(ground, it.version);
        found.expect(
          end.exitCode !== 0 && ["failed", "refused"].includes(end.outcome),
          `it ended as ${end.outcome}: ${end.sentence}`,
        );
        const said = `${end.sentence} ${end.phases.map(({ reason = "" }) => reason).join(" ")}`;
        found.expect(it.says.test(said), `it does not say why: ${said.slice(0, 400)}`);
        const live = await ground.live();
        found.expect(live?.version === before?.version, `afterwards ${await ground.sayLive()}`);
        return { end, said, tookMs: Date.now() - began };
      };
      const { end, said, tookMs } = await attempt().finally(() => it.after?.(ground, found));
      const { total } = await ground.load.since(mark);
      return found.ended(
        `After ${milliseconds(tookMs)}, at ${failureOf(end).slice(0, 300)} ${await ground.sayLive()}; ${count(total.failed)} of ${count(total.requests)} requests failed.`,
        { said: (it.says.exec(said)?.[0] ?? "").slice(0, 200) },
      );
    },
  };
}
