import { Problem } from "../../../release/problem.ts";
import { releaseEnd } from "../../releasing.ts";
import { count, counted, milliseconds } from "../../report/wording.ts";
import { Findings, firstScenario, type Scenario } from "../../scenario.ts";
import { until } from "../../until.ts";
import type { FollowedGround } from "../followedGround.ts";

const version = "v1.0.0";

/** @param expected what a first deployment is on the platform, in a sentence */
export const firstDeployment = (expected: string): Scenario<FollowedGround> => ({
  name: firstScenario,
  title: "First deployment",
  expected,
  allowsFailures: false,
  quick: true,
  async play(ground) {
    const found = new Findings();
    const began = Date.now();
    const command = ground.commands.greenlight(["release", version]);
    await until(async () => command.over || (await ground.answersUsers()), ground.limits.commandMs, ground.signal, 200);
    const tookMs = Date.now() - began;
    // Its watch is to see traffic: without any it could not say go.
    if (!command.over) await ground.startLoad();
    const end = releaseEnd(ground, version, await ground.run(command));
    // Everything after it needs what it deploys.
    if (end.outcome !== "released") {
      throw new Problem({ happened: `The release ended as ${end.outcome}: ${end.sentence}` });
    }
    found.expect(end.exitCode === 0, `the release ended with ${end.exitCode}`);
    const { total } = await ground.sinceLoadBegan();
    return found.ended(
      `It serves ${milliseconds(tookMs)} after the command was given, judged ${end.verdict?.verdict ?? "not at all"}; ${counted(ground.parts().filter((it) => it.name === "services").length, "process", "processes")} of it run; ${count(total.failed)} of ${count(total.requests)} requests failed.`,
      { tookMs, verdict: end.verdict?.verdict ?? null },
    );
  },
});
