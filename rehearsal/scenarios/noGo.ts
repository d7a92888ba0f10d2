import { Problem } from "../../release/problem.ts";
import { phaseTimes, release } from "../releasing.ts";
import { count, milliseconds, percent } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import { lastAnswerAfter, lastRequestAfter, sayFailures } from "../traffic.ts";

interface Bad {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly expected: string;
  readonly allowsFailures: boolean;
  readonly quick: boolean;
  /** What the verdict must name. */
  readonly ground: RegExp;
}

/** A release that passes its gates and turns out bad under real traffic. */
function scenario(bad: Bad): Scenario {
  return {
    ...bad,
    async play(stage) {
      const found = new Findings();
      const before = await stage.live();
      if (before === undefined)
        throw new Problem({ happened: "Nobody serves everything, so nothing can be rolled back to." });
      const mark = await stage.load.mark(bad.name);
      const end = await release(stage, bad.version);
      found.expect(
        end.exitCode === 4 && end.outcome === "rolled-back",
        `the release ended as ${end.outcome}: ${end.sentence}`,
      );
      found.expect(end.verdict?.verdict === "no-go", `the verdict is ${end.verdict?.verdict ?? "missing"}`);
      found.expect(
        bad.ground.test(groundsOf(end.verdict?.sentence)),
        `the verdict does not name the ground (${bad.ground.source})`,
      );
      found.expect(end.rollback?.verified.passed === true, "what serves after the rollback was not verified");
      found.expect(end.rollback?.stateInLine === true, "Pulumi's state is not in line after the rollback");
      const live = await stage.live();
      found.expect(
        live?.version === before.version && live.environment === before.environment,
        `afterwards ${await stage.sayLive()}`,
      );
      const window = await stage.load.since(mark);
      const own = window.byVersion[bad.version];
      const byOthers = window.total.failed - (own?.failed ?? 0);
      found.expect(byOthers === 0, `${byOthers} requests failed that ${bad.version} did not answer`);
      found.expect((own?.requests ?? 0) > 0, `${bad.version} was never asked`);
      const verdictAt = end.verdict?.at ?? 0;
      // A slow answer may still be on its way when traffic has gone; what counts is that nothing new is sent there.
      const lastSentMs = lastRequestAfter(own, verdictAt);
      const lastAnswerMs = lastAnswerAfter(own, verdictAt);
      const measured = bad.allowsFailures ? lastAnswerMs : lastSentMs;
      if (bad.allowsFailures && lastAnswerMs !== null) stage.recorded.verdictToLastBadAnswerMs.push(lastAnswerMs);
      found.expect(measured !== null && measured < 1000, "the way back took a second or more");
      const share = own === undefined || own.requests === 0 ? 0 : own.failed / own.requests;
      const last = bad.allowsFailures
        ? "the last answer of the bad version"
        : "the last request sent to the bad version";
      const harm = bad.allowsFailures
        ? `${count(own?.failed ?? 0)} of its ${count(own?.requests ?? 0)} answers were errors (${percent(share)})`
        : `its P95 was ${milliseconds(own?.p95Ms ?? 0)} and ${count(own?.requests ?? 0)} requests met it`;
      return found.ended(
        `${groundsOf(end.verdict?.sentence)} From the verdict to ${last}: ${milliseconds(measured ?? 0)}; ${harm}; ${await stage.sayLive()}.`,
        {
          verdictToLastBadAnswerMs: lastAnswerMs,
          verdictToLastBadRequestMs: lastSentMs,
          phases: phaseTimes(end),
          badAnswers: own?.requests ?? 0,
          failed: own?.failed ?? 0,
          failures: sayFailures(window),
        },
      );
    },
  };
}

/** The verdict without what was fine: the report has it whole. */
function groundsOf(sentence: string | undefined): string {
  const grounds = sentence?.split("; fine:", 1)[0] ?? "No verdict";
  return grounds.endsWith(".") ? grounds : `${grounds}.`;
}

export const errors = scenario({
  name: "errors",
  title: "A release that answers 5 % errors",
  version: "v1.2.0",
  expected:
    "No-go by its error rate, or by a smoke test that meets an error; traffic goes back by itself in under a second; only the bad version's own answers fail.",
  allowsFailures: true,
  quick: true,
  ground: /error rate|smoke test fails/,
});

export const slow = scenario({
  name: "slow",
  title: "A release that is slow",
  version: "v1.2.1",
  expected:
    "No-go by its P95; traffic goes back by itself; slow answers on their way still arrive, so no request fails.",
  allowsFailures: false,
  quick: false,
  ground: /P95/,
});
