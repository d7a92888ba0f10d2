import { supervisors } from "../project.ts";
import { release } from "../releasing.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import { answersFrom } from "../traffic.ts";

export const firstDeployment: Scenario = {
  name: "first-deployment",
  title: "First deployment",
  expected: "v1.0.0 is deployed on an empty machine, passes its gates, serves, and answers every request.",
  allowsFailures: false,
  quick: true,
  async play(stage) {
    const found = new Findings();
    const began = Date.now();
    const end = await release(stage, "v1.0.0");
    found.expect(
      end.exitCode === 0 && end.outcome === "released",
      `the release ended as ${end.outcome}: ${end.sentence}`,
    );
    const live = await stage.live();
    found.expect(live?.version === "v1.0.0", "v1.0.0 does not serve");
    const tookMs = Date.now() - began;
    await stage.startLoad();
    const mark = await stage.load.mark("first traffic");
    if (live !== undefined) await answersFrom(stage, mark, live.environment, 1500);
    const window = await stage.load.since(mark);
    const own = window.byVersion["v1.0.0"]?.requests ?? 0;
    found.expect(own === window.total.requests, `${window.total.requests - own} answers were not v1.0.0's`);
    const processes = supervisors(stage.places).length;
    return found.ended(
      `${await stage.sayLive()} ${milliseconds(tookMs)} after the command; ${processes} processes are kept running; ${count(own)} requests answered, all by v1.0.0.`,
      { tookMs, processes, verdict: end.verdict?.verdict ?? null },
    );
  },
};
