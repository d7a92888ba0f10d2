import { other } from "../../../release/environment.ts";
import { release } from "../../releasing.ts";
import { count, milliseconds } from "../../report/wording.ts";
import { Findings, type Scenario } from "../../scenario.ts";
import type { FollowedGround } from "../followedGround.ts";

export interface Release {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  readonly version: string;
  readonly strategy: "blue-green" | "canary" | "rolling";
  readonly quick: boolean;
}

/**
 * A release that must come to its end without a failed request, whatever its strategy.
 *
 * @param it.migrated name of a migration that the database must have afterwards
 */
export function good(it: Release & { readonly migrated: string }): Scenario<FollowedGround> {
  return {
    ...it,
    allowsFailures: false,
    async play(ground) {
      const found = new Findings();
      await ground.strategyIs(it.strategy);
      const before = await ground.live();
      const mark = await ground.load.mark(it.name);
      const earlier = await ground.snapshots();
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
      // An old one may have been removed meanwhile: only so many are kept.
      const snapshots = (await ground.snapshots()).filter((it) => !earlier.includes(it)).length;
      found.expect(snapshots === 1, `${snapshots} snapshots were taken`);
      if (live !== undefined && it.strategy === "rolling") {
        const instances = await ground.instances("api");
        const few = instances[live.environment] === 2 && instances[other(live.environment)] === 1;
        found.expect(few, `the api is told to run ${instances.blue} in blue and ${instances.green} in green`);
      }
      const { total } = await ground.load.since(mark);
      return found.ended(
        `${it.version} serves everything after ${milliseconds(tookMs)}, judged ${end.verdict?.verdict ?? "not at all"}; a snapshot, then a migration; ${count(total.failed)} of ${count(total.requests)} requests failed.`,
        { tookMs, verdict: end.verdict?.verdict ?? null, snapshots },
      );
    },
  };
}
