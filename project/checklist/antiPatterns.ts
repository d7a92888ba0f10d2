import { thresholdsOf } from "../../config.ts";
import { calendarFactsOf } from "./day.ts";
import type { Gatherers, Gathering } from "./gathering.ts";
import { rangeStart } from "./rangeStart.ts";
import { pathInRepository } from "./releasedCommit.ts";
import { changedFiles, commitsBetween } from "./releaseRange.ts";

/** Facts of the seed's anti-patterns; those that follow from other items have none of their own. */
export const antiPatterns: Gatherers = {
  "anti-patterns/untested-in-staging": () => ({}),
  "anti-patterns/no-rollback-plan": () => ({}),
  "anti-patterns/end-of-day": calendarFactsOf,
  "anti-patterns/unwatched": async ({ settings, platform }) => {
    const { errorRate, p95 } = thresholdsOf(settings);
    const { armed, unwatched } = await platform.alarms();
    return {
      watchForMs: settings.watch.for,
      everyMs: settings.watch.every,
      leastMs: settings.checklist.leastWatch,
      errorRate: errorRate.max,
      errorForMs: errorRate.for,
      p95Ms: p95.maxMs,
      armed,
      unwatched: [...unwatched],
    };
  },
  "anti-patterns/big-bang": async (it) => {
    const { git, manifest } = it;
    const { commit, features, services } = manifest.manifest;
    if (commit === undefined) throw new Error("the manifest names no commit, so nobody can count what is new in it");
    const since = await rangeStart(it, commit);
    const size = { features: features.length, services: Object.keys(services).length };
    if (since === undefined) return { ...size, migrations: 0, commits: 0 };
    const commits = await commitsBetween(git, since, commit);
    if (commits === undefined) throw new Error(`git does not tell which commits lead from ${since} to the release`);
    return { ...size, migrations: await newMigrations(it, since, commit), commits: commits.length, since };
  },
  "anti-patterns/no-backup": () => ({}),
  "anti-patterns/known-issues": () => ({}),
};

/** Migrations that the release before did not have: a script each, or a folder of its own with one. */
async function newMigrations(
  { git, project, manifest: { manifest } }: Gathering,
  since: string,
  commit: string,
): Promise<number> {
  const { database } = manifest;
  if (database.tool === "none") return 0;
  const folder = `${await pathInRepository(git, project, database.directory)}/`;
  const names = (await changedFiles(git, since, commit))
    .filter((file) => file.startsWith(folder) && file.endsWith(".sql"))
    .map((file) => file.slice(folder.length).split("/")[0]);
  return new Set(names).size;
}
