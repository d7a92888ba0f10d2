import { other } from "../../../release/environment.ts";
import { release } from "../../releasing.ts";
import { count, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import { lastAnswerAfter } from "../../traffic.ts";
import type { ClusterGround } from "../clusterGround.ts";

type Strategy = "blue-green" | "canary" | "rolling";

interface Good {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  readonly version: string;
  readonly strategy: Strategy;
  /** Names of migrations that the database must have afterwards. */
  readonly migrated: string;
  readonly quick: boolean;
}

/** A release that must come to its end without a failed request, whatever its strategy. */
function good(it: Good): Scenario<ClusterGround> {
  return {
    ...it,
    allowsFailures: false,
    async play(ground) {
      const found = new Findings();
      await ground.strategyIs(it.strategy);
      const before = await ground.live();
      const mark = await ground.load.mark(it.name);
      const taken = ground.storage.taken.length;
      const began = Date.now();
      const end = await release(ground, it.version);
      const tookMs = Date.now() - began;
      found.expect(end.exitCode === 0 && end.outcome === "released", `it ended as ${end.outcome}: ${end.sentence}`);
      found.expect(end.verdict?.verdict === "go", `the verdict is ${end.verdict?.verdict ?? "missing"}`);
      const live = await ground.live();
      found.expect(live?.version === it.version && live.environment !== before?.environment, "it does not serve");
      const applied = await ground.query("SELECT name FROM applied_migrations");
      found.expect(
        applied.some((row) => Reflect.get(row, "name") === it.migrated),
        `${it.migrated} was not applied`,
      );
      const snapshots = ground.storage.taken.length - taken;
      found.expect(snapshots === 1, `${snapshots} snapshots were taken`);
      if (live !== undefined && it.strategy === "rolling") {
        const pods = await ground.replicas("api");
        const few = pods[live.environment] === 2 && pods[other(live.environment)] === 1;
        found.expect(few, `the api is told to run ${pods.blue} pods in blue and ${pods.green} in green`);
      }
      const { total } = await ground.load.since(mark);
      return found.ended(
        `${it.version} serves everything after ${milliseconds(tookMs)}, judged ${end.verdict?.verdict ?? "not at all"}; a snapshot, then a Job that migrated; ${count(total.failed)} of ${count(total.requests)} requests failed.`,
        { tookMs, verdict: end.verdict?.verdict ?? null, snapshots },
      );
    },
  };
}

/** A release that must be taken back by itself. */
function bad(it: Omit<Good, "migrated">): Scenario<ClusterGround> {
  return {
    ...it,
    allowsFailures: true,
    async play(ground) {
      const found = new Findings();
      await ground.strategyIs(it.strategy);
      const before = await ground.live();
      const mark = await ground.load.mark(it.name);
      const end = await release(ground, it.version);
      found.expect(end.exitCode === 4 && end.outcome === "rolled-back", `it ended as ${end.outcome}: ${end.sentence}`);
      found.expect(end.verdict?.verdict === "no-go", `the verdict is ${end.verdict?.verdict ?? "missing"}`);
      const live = await ground.live();
      found.expect(live?.version === before?.version, `afterwards ${await ground.sayLive()}`);
      const { total, byVersion } = await ground.load.since(mark);
      const own = byVersion[it.version];
      const stable = before === undefined ? undefined : byVersion[before.version];
      found.expect((stable?.failed ?? 0) === 0, `${stable?.failed} requests to ${before?.version} failed`);
      if (it.strategy !== "blue-green") {
        const met = (own?.requests ?? 0) / Math.max(1, total.requests);
        found.expect(met < 0.5, `${Math.round(100 * met)} % of the requests met it`);
      }
      const last = lastAnswerAfter(own, end.verdict?.at ?? Date.now());
      if (last !== null) ground.recorded.verdictToLastBadAnswerMs.push(last);
      return found.ended(
        `${end.verdict?.sentence ?? "No verdict."} ${count(own?.requests ?? 0)} of ${count(total.requests)} requests met it, ${count(own?.failed ?? 0)} failed; its last answer came ${last === null ? "before" : `${milliseconds(last)} after`} the verdict; ${await ground.sayLive()}.`,
        { verdict: end.verdict?.verdict ?? null, met: own?.requests ?? 0, lastBadAnswerMs: last },
      );
    },
  };
}

export const goodRelease = good({
  name: "good-release",
  title: "A good release with a migration, blue/green",
  expected: "v1.1.0: a snapshot, a Job that migrates, gates, switch, watch, go; no request fails.",
  version: "v1.1.0",
  strategy: "blue-green",
  migrated: "20260302100100_product_category",
  quick: true,
});

export const errors = bad({
  name: "errors",
  title: "A release that answers 5 % errors, blue/green",
  expected: "v1.2.0 is judged no-go by Prometheus' figures and taken back by itself; no request to v1.1.0 fails.",
  version: "v1.2.0",
  strategy: "blue-green",
  quick: false,
});

export const goodCanary = good({
  name: "canary",
  title: "A canary that is promoted",
  expected:
    "v1.1.1 gets 25 % of the requests, is compared with v1.1.0 over the same time, and then everything; no request fails.",
  version: "v1.1.1",
  strategy: "canary",
  migrated: "20260302100100_product_category",
  quick: false,
});

export const badCanary = bad({
  name: "bad-canary",
  title: "A canary that answers 5 % errors",
  expected: "v1.2.0 is taken back from its share, so that less than half of the requests meet it.",
  version: "v1.2.0",
  strategy: "canary",
  quick: false,
});

export const goodRolling = good({
  name: "rolling",
  title: "A rolling release",
  expected: "v1.3.0 comes pod by pod, at most one beyond those wanted, with a verdict at 50 %; no request fails.",
  version: "v1.3.0",
  strategy: "rolling",
  migrated: "20260504090000_reviews_1",
  quick: true,
});

export const badRolling = bad({
  name: "bad-rolling",
  title: "A rolling release that answers 5 % errors",
  expected: "v1.2.0 is taken back at its first stage, pod by pod; no request to v1.3.0 fails.",
  version: "v1.2.0",
  strategy: "rolling",
  quick: false,
});
