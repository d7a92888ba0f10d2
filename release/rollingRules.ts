import { environmentNames } from "./environment.ts";
import { instancesFor, shareOf } from "./strategy/rolling.ts";
import type { Refusal, ReleaseFacts } from "./transition.ts";

/** What a service of a stack that releases rolling runs by an update. */
export interface RollingService {
  /** Instances that it shall have. */
  readonly wanted: number;
  /** Instances that may run beyond those. */
  readonly surge: number;
  /** Instances of each side. */
  readonly blue: number;
  readonly green: number;
}

/**
 * Why instances and traffic must not be changed so.
 *
 * - A side gets more traffic only in an update after the one that gave it the instances for it.
 * - A side that loses traffic keeps the instances for it until the update after.
 * - Never more instances than are wanted, and the surge.
 */
export function rollingRefusals(before: ReleaseFacts | undefined, after: ReleaseFacts): readonly Refusal[] {
  const had = before?.environments[before.live] === undefined ? undefined : before;
  return Object.entries(after.rolling ?? {}).flatMap(([service, now]) => [
    ...tooMany(service, now),
    ...(had === undefined ? [] : tooFew(service, now, had, after)),
  ]);
}

function tooMany(service: string, { wanted, surge, blue, green }: RollingService): Refusal[] {
  if (blue + green <= wanted + surge) return [];
  return [
    {
      field: "share",
      happened: `${service} would have ${blue + green} instances, and ${wanted} with ${surge} beyond them are the most that a rolling release may.`,
      next: "Move by less, or raise strategy.rolling.surge. `greenlight release` goes step by step.",
    },
  ];
}

function tooFew(service: string, now: RollingService, before: ReleaseFacts, after: ReleaseFacts): Refusal[] {
  const sides = environmentNames.map((name) => ({
    name,
    was: shareOf(name, { live: before.live, share: before.share ?? 0 }),
    is: shareOf(name, { live: after.live, share: after.share ?? 0 }),
    // Where instances did not follow traffic before, both sides had all.
    had: before.rolling?.[service]?.[name] ?? now.wanted,
    has: now[name],
  }));
  for (const { name, was, is, had } of sides) {
    const takes = instancesFor(is, now.wanted);
    if (is <= was || had >= takes) continue;
    return [
      {
        field: "share",
        happened: `${name} would get ${is} % of users' traffic, which takes ${takes} instances of ${service}, and has ${had}.`,
        next: `Leave traffic as it is and set room to ${roomFor(name, is, before)} first; move it in the next update. \`greenlight release\` does both.`,
      },
    ];
  }
  for (const { name, was, is, has } of sides) {
    const takes = instancesFor(was, now.wanted);
    if (is >= was || has >= takes) continue;
    return [
      {
        field: "share",
        happened: `${name} would be left with ${has} instances of ${service} while it still answers ${was} % of users' traffic, which takes ${takes}.`,
        next: `Set room to ${roomFor(name, was, after)} in this update, and take it out in the next one.`,
      },
    ];
  }
  return [];
}

/** The room that keeps a side the instances for a share. */
function roomFor(name: "blue" | "green", share: number, { live }: ReleaseFacts): number {
  return name === live ? 100 - share : share;
}
