import { killDuring, type Moment, snapshot } from "../killing.ts";
import { orphans } from "../project.ts";
import { phaseTimes, release } from "../releasing.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { lastAnswerAfter } from "../traffic.ts";

/** @param cutOff when its engine is killed once; then the same command goes on */
function scenario(it: Pick<Scenario, "name" | "title" | "expected" | "quick">, cutOff?: Moment): Scenario {
  return {
    ...it,
    allowsFailures: false,
    async play(stage) {
      const found = new Findings();
      const before = await stage.live();
      const mark = await stage.load.mark("good release");
      const began = Date.now();
      if (cutOff !== undefined) await cutOffAt(stage, cutOff, found);
      const end = await release(stage, "v1.1.0");
      found.expect(
        end.exitCode === 0 && end.outcome === "released",
        `the release ended as ${end.outcome}: ${end.sentence}`,
      );
      found.expect(end.verdict?.verdict === "go", `the verdict is ${end.verdict?.verdict ?? "missing"}`);
      const live = await stage.live();
      found.expect(live?.version === "v1.1.0" && live.environment !== before?.environment, "v1.1.0 does not serve");
      const columns = await stage.database(async (client) => {
        const { rows } = await client.query<{ name: string }>(
          "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE (table_name, column_name) IN (('products', 'category'), ('orders', 'preferences')) ORDER BY 1",
        );
        return rows.map((row) => row.name);
      });
      found.expect(columns.length === 2, `the database has ${columns.join(", ") || "none"} of the two new columns`);
      const window = await stage.load.since(mark);
      const lastOld =
        before === undefined
          ? null
          : lastAnswerAfter(window.byEnvironment[before.environment], stage.weightsWrittenAt());
      if (lastOld !== null) stage.recorded.lastOldAnswerMs.push(lastOld);
      return found.ended(
        `${cutOff === undefined ? "" : "Cut off once, and it went on: "}${await stage.sayLive()} after ${milliseconds(Date.now() - began)}; the database has ${columns.join(" and ")}; the old side's last answer came ${milliseconds(lastOld ?? 0)} after the switch; ${count(window.total.failed)} of ${count(window.total.requests)} requests failed.`,
        { tookMs: Date.now() - began, lastOldAnswerMs: lastOld, columns, phases: phaseTimes(end) },
      );
    },
  };
}

async function cutOffAt(stage: Stage, moment: Moment, found: Findings): Promise<void> {
  stage.log(`killing the engine during: ${moment.name}`);
  const { ended, left } = await killDuring(stage, "v1.1.0", moment, "engine");
  found.expect(left.length === 0, `after the kill these stayed: ${left.join("; ")}`);
  found.expect(ended.exitCode !== 0, "the command said all is well although its engine was killed");
  const after = await orphans(stage.places);
  found.expect(after.length === 0, `orphans: ${after.join("; ")}`);
}

const goesOut =
  "v1.1.0 with two new columns goes out under load: snapshot, migration, gates, switch, watch, go; no request fails";

export const goodRelease = scenario({
  name: "good-release",
  title: "A good release with a migration",
  expected: `${goesOut}.`,
  quick: false,
});

/** The full rehearsal kills it in every phase, amid a release of its own. */
export const goodReleaseCutOff = scenario(
  {
    name: "good-release-cut-off",
    title: "A good release with a migration, its engine killed with -9",
    expected: `${goesOut}; killed once (${snapshot.name}), the same command goes on; nothing is orphaned.`,
    quick: true,
  },
  snapshot,
);
