import { type EnvironmentName, other } from "../../../release/environment.ts";
import { count } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import type { FollowedGround } from "../followedGround.ts";

interface Trouble<On extends FollowedGround> {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  readonly quick?: boolean;
  /** @returns what came of it, a sentence */
  readonly play: (
    ground: On,
    it: { readonly found: Findings; readonly from: EnvironmentName; readonly to: EnvironmentName },
  ) => Promise<string>;
}

/** Something that goes wrong on the platform while the stack is at work, through which no request fails. */
export function throughTrouble<On extends FollowedGround>(it: Trouble<On>): Scenario<On> {
  return {
    ...it,
    allowsFailures: false,
    quick: it.quick ?? false,
    async play(ground) {
      const found = new Findings();
      const from = await ground.serving();
      const mark = await ground.load.mark(it.name);
      const said = await it.play(ground, { found, from, to: other(from) });
      const { total } = await ground.load.since(mark);
      return found.ended(
        `${said} ${await ground.sayLive()}; ${count(total.failed)} of ${count(total.requests)} requests failed.`,
      );
    },
  };
}
