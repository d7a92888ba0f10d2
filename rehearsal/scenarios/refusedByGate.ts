import { Problem } from "../../release/problem.ts";
import { failureOf, phaseTimes, release } from "../releasing.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";

interface Refused {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly expected: string;
  readonly quick: boolean;
  /** What the reason must name. */
  readonly ground: RegExp;
}

/** A release that a gate keeps from ever taking traffic. */
function scenario(it: Refused): Scenario {
  return {
    ...it,
    allowsFailures: false,
    async play(stage) {
      const found = new Findings();
      const before = await stage.live();
      if (before === undefined)
        throw new Problem({ happened: "Nobody serves everything, so nothing can be left as it is." });
      const mark = await stage.load.mark(it.name);
      const began = Date.now();
      const end = await release(stage, it.version);
      const tookMs = Date.now() - began;
      found.expect(
        ["refused", "failed"].includes(end.outcome) && end.exitCode !== 0,
        `the release ended as ${end.outcome}`,
      );
      found.expect(it.ground.test(end.sentence), `the reason does not name the ground (${it.ground.source})`);
      const live = await stage.live();
      found.expect(
        live?.version === before.version && live.environment === before.environment,
        `afterwards ${await stage.sayLive()}`,
      );
      const window = await stage.load.since(mark);
      const asked = window.byVersion[it.version]?.requests ?? 0;
      found.expect(asked === 0, `${it.version} took ${asked} users' requests`);
      return found.ended(
        `Stopped after ${milliseconds(tookMs)} at ${failureOf(end)} ${await stage.sayLive()}; ${count(asked)} of ${count(window.total.requests)} requests went to ${it.version}, ${count(window.total.failed)} failed.`,
        { tookMs, phases: phaseTimes(end), exitCode: end.exitCode ?? null, reason: end.sentence.slice(0, 1500) },
      );
    },
  };
}

export const neverHealthy = scenario({
  name: "never-healthy",
  title: "A release that never becomes healthy",
  version: "v1.2.2",
  expected: "The health gate stops it at its deadline; it takes no traffic, what serves is untouched.",
  quick: false,
  ground: /health/i,
});

export const smokeFails = scenario({
  name: "smoke-fails",
  title: "A release whose smoke test fails",
  version: "v1.2.3",
  expected: "Healthy, but the team's own smoke test fails: it takes no traffic, what serves is untouched.",
  quick: false,
  ground: /smoke/i,
});
