import { complaint } from "../../command.ts";
import { orphans } from "../../project.ts";
import { counted, milliseconds } from "../../report/wording.ts";
import { type Facts, Findings, type Scenario } from "../../scenario.ts";
import { until } from "../../until.ts";
import type { FollowedGround } from "../followedGround.ts";

interface Destroyed<On extends FollowedGround> {
  readonly expected: string;
  /** How many of the platform's processes run. */
  readonly running: (ground: On) => number;
  /** What one of them is called, and several are. */
  readonly called: readonly [one: string, several: string];
  /** Called before; what it returns looks at what the platform still has, notes what should not be, and says what there is. */
  readonly looking: (
    ground: On,
  ) => Promise<(found: Findings) => Promise<{ readonly left: string; readonly facts: Facts }>>;
}

/** `pulumi destroy`, when the load has ended. */
export function destroyed<On extends FollowedGround>(it: Destroyed<On>): Scenario<On> {
  const sayRunning = (number: number) => counted(number, ...it.called);
  return {
    name: "destroy",
    title: "pulumi destroy",
    expected: it.expected,
    allowsFailures: false,
    quick: true,
    underLoad: false,
    async play(ground) {
      const found = new Findings();
      const before = it.running(ground);
      const look = await it.looking(ground);
      const began = Date.now();
      const ended = await ground.operate("destroy");
      found.expect(ended.exitCode === 0, `it ended with ${ended.exitCode}: ${complaint(ended)}`);
      await until(() => it.running(ground) === 0, 60_000, ground.signal, 200);
      const tookMs = Date.now() - began;
      const running = it.running(ground);
      found.expect(running === 0, `${sayRunning(running)} still run`);
      const { left, facts } = await look(found);
      const lost = await orphans(ground.places);
      found.expect(lost.length === 0, `processes are left: ${lost.join("; ")}`);
      return found.ended(`${sayRunning(before)} ended in ${milliseconds(tookMs)}; ${left}.`, { tookMs, ...facts });
    },
  };
}
