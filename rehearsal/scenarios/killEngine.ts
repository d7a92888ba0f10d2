import {
  healthGate,
  instances,
  killDuring,
  type Moment,
  migration,
  smokeGate,
  snapshot,
  trafficSwitch,
  watching,
} from "../killing.ts";
import { orphans, supervisors } from "../project.ts";
import { interrupted } from "../releases.ts";
import { failureOf, phaseTimes, release } from "../releasing.ts";
import { count, milliseconds } from "../report/wording.ts";
import { Findings, type Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

interface Kills {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly whom: "engine" | "both";
  readonly moments: readonly Moment<Stage>[];
}

/** One release, cut off once in each of its phases and each time run again. */
function scenario(it: Kills): Scenario {
  const times = `${it.moments.length} times`;
  return {
    ...it,
    quick: false,
    expected: `Killed with -9 ${times} (${it.moments.map(({ name }) => name).join(", ")}), the same command goes on each time and ends well; no request fails, nothing is orphaned.`,
    allowsFailures: false,
    async play(stage) {
      const found = new Findings();
      await stage.preparation.checkOut("third");
      // Its script takes back what comes after the version that is live by now.
      await stage.preparation.drill(it.version);
      const mark = await stage.load.mark(it.name);
      const began = Date.now();
      for (const moment of it.moments) {
        stage.log(`killing ${it.whom === "both" ? "command and engine" : "the engine"} during: ${moment.name}`);
        const { ended, left } = await killDuring(stage, ["release", it.version], moment, it.whom);
        found.expect(left.length === 0, `after the kill during ${moment.name} these stayed: ${left.join("; ")}`);
        if (it.whom === "engine") {
          found.expect(
            ended.exitCode !== 0,
            `the command said all is well although its engine was killed during ${moment.name}`,
          );
        }
        const { total } = await stage.load.since(mark);
        found.expect(total.failed === 0, `${total.failed} requests had failed after the kill during ${moment.name}`);
      }
      const end = await release(stage, it.version);
      found.expect(
        end.exitCode === 0 && end.outcome === "released",
        `the last run ended as ${end.outcome} at ${failureOf(end)}`,
      );
      const live = await stage.live();
      found.expect(live?.version === it.version, `afterwards ${await stage.sayLive()}`);
      const expected = processCount(stage.settings);
      const running = supervisors(stage.places).length;
      found.expect(running === expected, `${running} supervised processes instead of ${expected}`);
      const left = await orphans(stage.places);
      found.expect(left.length === 0, `orphans: ${left.join("; ")}`);
      const fault = await stage.stateFault();
      found.expect(fault === undefined, fault ?? "");
      const preview = await stage.pulumi("preview", "--expect-no-changes", "--json");
      found.expect(preview.exitCode === 0, "a preview shows changes: Pulumi's state is not in line");
      const { total } = await stage.load.since(mark);
      return found.ended(
        `Cut off ${times} and gone on with each time; ${await stage.sayLive()} after ${milliseconds(Date.now() - began)}; ${running} supervised processes as it should be, ${left.length} orphans; ${count(total.failed)} of ${count(total.requests)} requests failed.`,
        {
          phases: phaseTimes(end),
          kills: it.moments.map(({ name }) => name),
          supervised: running,
          orphans: left.length,
        },
      );
    },
  };
}

/** Both sides' instances, the proxy, and the database. */
function processCount(settings: {
  readonly services: Readonly<Record<string, { readonly instances: number }>>;
  readonly database?: object | undefined;
}): number {
  const instances_ = Object.values(settings.services).reduce((sum, service) => sum + service.instances, 0);
  return 2 * instances_ + 1 + (settings.database === undefined ? 0 : 1);
}

export const killEngine = scenario({
  name: "kill-engine",
  title: "kill -9 of the engine in each phase",
  version: interrupted[0],
  whom: "engine",
  moments: [snapshot, migration, instances, healthGate, smokeGate, trafficSwitch],
});

export const killBoth = scenario({
  name: "kill-command",
  title: "kill -9 of command and engine in each phase",
  version: interrupted[1],
  whom: "both",
  moments: [snapshot, migration, instances, healthGate, trafficSwitch, watching],
});
