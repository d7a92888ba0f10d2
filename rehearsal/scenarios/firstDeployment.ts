import { existsSync } from "node:fs";
import { folder } from "../../provider/local/folder.ts";
import { Problem } from "../../release/problem.ts";
import { supervisors } from "../project.ts";
import { phaseTimes, releaseEnd } from "../releasing.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, firstScenario, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { until } from "../until.ts";

const version = "v1.0.0";

export const firstDeployment: Scenario = {
  name: firstScenario,
  title: "First deployment",
  expected: "v1.0.0 is deployed on an empty machine, passes its gates, serves, and answers every request.",
  allowsFailures: false,
  quick: true,
  async play(stage) {
    const found = new Findings();
    const began = Date.now();
    const command = stage.commands.greenlight(["release", version]);
    const serves = async () =>
      command.over || (existsSync(folder(stage.places.stack).platform) && (await liveVersion(stage)) === version);
    await until(serves, 120_000, stage.signal, 100);
    const tookMs = Date.now() - began;
    // Its watch is to see traffic: without any it could not say go.
    if (!command.over) await stage.startLoad();
    const end = releaseEnd(stage, version, await stage.run(command));
    // Everything after it needs what it deploys.
    if (end.outcome !== "released")
      throw new Problem({ happened: `The release ended as ${end.outcome}: ${end.sentence}` });
    found.expect(end.exitCode === 0, `the release ended with ${end.exitCode}`);
    // What comes after it is released from the second commit.
    await stage.preparation.checkOut("second");
    const live = await stage.live();
    found.expect(live?.version === version, `${version} does not serve`);
    const { total, byVersion } = await stage.sinceLoadBegan();
    const own = byVersion[version]?.requests ?? 0;
    found.expect(
      own > 0 && own === total.requests,
      `${total.requests - own} of ${total.requests} answers were not ${version}'s`,
    );
    const processes = supervisors(stage.places).length;
    return found.ended(
      `It serves ${milliseconds(tookMs)} after the command was given, judged ${end.verdict?.verdict ?? "not at all"}; ${processes} processes are kept running; ${count(own)} of ${count(total.requests)} requests were answered by ${version}, ${count(total.failed)} failed.`,
      { tookMs, phases: phaseTimes(end), processes, verdict: end.verdict?.verdict ?? null },
    );
  },
};

async function liveVersion(stage: Stage): Promise<string | undefined> {
  return (await stage.live().catch(() => undefined))?.version;
}
