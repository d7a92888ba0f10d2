import { lastDeliveries } from "../../release/announcements/sent.ts";
import { briefingMaxAge } from "../../release/checklist/items/day/briefing.ts";
import { runbookDigest } from "../../release/runbook.ts";
import { planBegun } from "../../release/schedule.ts";
import { readCalendar } from "../readCalendar.ts";
import { readRunbookFile, runbookFile, runbookPlan } from "../runbookFile.ts";
import { bakesOf } from "../strategySettings.ts";
import { tagState } from "../tagState.ts";
import type { Gatherers, Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";
import { changedByHand, changedSince } from "./workingTree.ts";

/** Facts of the items of the day: T-60 and T-30. */
export const day: Gatherers = {
  "day/window": calendarFactsOf,

  "day/health": async (it) => {
    const { serves, services, instances, firing } = await (it.live ?? it.platform.health());
    return {
      ...clockOf(it),
      serves,
      services: [...services],
      instances: instances.map((one) => ({ ...one, says: one.says.slice(0, 500) })),
      firing: firing.map((one) => ({ ...one, says: one.says.slice(0, 500) })),
    };
  },

  "day/briefing": (it) => {
    const { version } = it.manifest.manifest;
    const own = lastDeliveries(it.journal, "brief").filter((one) => one.version === version);
    const newest = own.at(-1);
    if (newest === undefined) return clockOf(it);
    // One briefing is a record a channel, and a channel that failed may have been told later; what is of another day is another one.
    const since = Date.parse(newest.recordedAt) - briefingMaxAge;
    const briefed = own.filter(({ recordedAt }) => Date.parse(recordedAt) >= since);
    const reached = briefed.filter(({ ok }) => ok);
    const failed = briefed.filter(({ ok }) => !ok);
    return {
      ...clockOf(it),
      briefing: {
        at: (reached[0] ?? newest).recordedAt,
        by: newest.by,
        reached: reached.slice(0, 5).map(({ to }) => to),
        reachedCount: reached.length,
        failed: failed.slice(0, 5).map(({ to, response }) => `${to} (${response})`),
        failedCount: failed.length,
      },
    };
  },

  "day/merged": async (it) => {
    const { git, manifest } = it;
    const { commit } = manifest.manifest;
    if (commit === undefined) {
      return { inMain: false, inHead: false, changed: [], changedCount: 0, later: [], laterCount: 0 };
    }
    const main = await mainBranch(it);
    const has = async (branch: string | undefined) =>
      branch !== undefined && (await git.ask("merge-base", "--is-ancestor", commit, branch)) !== undefined;
    const [inMain, inHead, changed] = await Promise.all([has(main), has("HEAD"), changedByHand(it)]);
    const later = inHead ? await changedSince(it, commit) : [];
    return {
      commit,
      ...(main === undefined ? {} : { main: main.replace(/^refs\/(remotes|heads)\//, "") }),
      inMain,
      inHead,
      changed: changed.slice(0, 5).map((path) => path.slice(0, 1_000)),
      changedCount: changed.length,
      later: later.slice(0, 5).map((path) => path.slice(0, 1_000)),
      laterCount: later.length,
    };
  },

  "day/tag": async ({ git, manifest }) => plainFacts(await tagState(git, manifest.manifest.version)),

  "day/runbook": (it) => {
    const found = readRunbookFile(it);
    return {
      version: it.manifest.manifest.version,
      file: runbookFile(it),
      expected: runbookDigest(runbookPlan(it)),
      ...(found === undefined
        ? {}
        : { runbook: { found: found.found, ...(found.said === undefined ? {} : { said: found.said }) } }),
    };
  },
};

/** Facts of the items that ask the calendar. @throws Problem as `readCalendar` */
export function calendarFactsOf(it: Gathering) {
  const { project, settings, manifest, now, journal } = it;
  const { team, duration, version } = manifest.manifest;
  return plainFacts({
    ...clockOf(it),
    durationMs: duration,
    watchForMs: bakesOf(settings.strategy) + settings.watch.for,
    begunAt: planBegun(journal, version, manifest.digest),
    calendar: readCalendar(project, settings, team, now),
  });
}

function clockOf({ now, journal }: Gathering) {
  const newest = journal.reduce<string | undefined>(
    (last, { at }) => (last === undefined || Date.parse(at) > Date.parse(last) ? at : last),
    undefined,
  );
  return { at: now.toISOString(), ...(newest === undefined ? {} : { journal: newest }) };
}

async function mainBranch({ git }: Gathering): Promise<string | undefined> {
  const head = await git.ask("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD");
  const names = ["refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"];
  for (const name of head === undefined ? names : [head, ...names]) {
    if ((await git.ask("rev-parse", "--verify", "--quiet", `${name}^{commit}`)) !== undefined) return name;
  }
  return undefined;
}
