import { phaseTimes, release } from "../releasing.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import { lastAnswerAfter } from "../traffic.ts";

export const goodRelease: Scenario = {
  name: "good-release",
  title: "A good release with a migration",
  expected:
    "v1.1.0 with two new columns goes out under load: snapshot, migration, gates, switch, watch, go; no request fails.",
  allowsFailures: false,
  quick: true,
  async play(stage) {
    const found = new Findings();
    const before = await stage.live();
    const mark = await stage.load.mark("good release");
    const began = Date.now();
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
      before === undefined ? null : lastAnswerAfter(window.byEnvironment[before.environment], stage.weightsWrittenAt());
    if (lastOld !== null) stage.recorded.lastOldAnswerMs.push(lastOld);
    return found.ended(
      `${await stage.sayLive()} after ${milliseconds(Date.now() - began)}; the database has ${columns.join(" and ")}; the old side's last answer came ${milliseconds(lastOld ?? 0)} after the switch; ${count(window.total.failed)} of ${count(window.total.requests)} requests failed.`,
      { tookMs: Date.now() - began, lastOldAnswerMs: lastOld, columns, phases: phaseTimes(end) },
    );
  },
};
