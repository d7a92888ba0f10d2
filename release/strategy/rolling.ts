import { type EnvironmentName, other } from "../environment.ts";

/** How large a service is, and how far it may grow while one version replaces the other. */
export interface Capacity {
  /** Instances that the service shall have. */
  readonly wanted: number;
  /** Instances that may run beyond those; at least 1. */
  readonly surge: number;
}

/**
 * Where a rolling release stands, as the settings of the stack say: shares of traffic, and the instances that are there for them. Each side
 * runs what its share of the traffic takes, and the side that is not live at least one, which its gates are passed by.
 */
export interface Standing {
  readonly live: EnvironmentName;
  /** Percent of users' traffic that the side that is not live gets, from 0 to 99. */
  readonly share: number;
  /** Another share, from 0 to 100, that both sides have the instances for: where traffic goes next, or where it came from. */
  readonly room?: number | undefined;
}

/**
 * Instances that a share of a service's traffic takes. A share is a whole percent and a third is not: so up to half a percent more goes
 * without another instance.
 */
export function instancesFor(percent: number, wanted: number): number {
  if (percent <= 0) return 0;
  return percent >= 100 ? wanted : Math.max(1, Math.ceil((wanted * (percent - 0.5)) / 100));
}

/** Instances of a service that one side runs. */
export function instancesOf(environment: EnvironmentName, standing: Standing, wanted: number): number {
  const { live, share, room = share } = standing;
  const needed = (ofOther: number) => instancesFor(environment === live ? 100 - ofOther : ofOther, wanted);
  return Math.max(needed(share), needed(room), environment === live ? 0 : 1);
}

/**
 * What the next update of a rolling release asks for; undefined when it is where it shall be. Traffic moves as far as the surge allows,
 * by three updates: the side that gets more is given instances, then traffic moves, then the other side lets its own go. So no update can
 * leave a side with less than its traffic takes, in whatever order its resources are made, and whatever it is cut off in: the same standing
 * gives the same next one.
 *
 * @param back a way back: what it goes to is called live from its first move on, so that every update of it is a rollback
 */
export function nextStanding(
  now: Standing,
  goal: Pick<Standing, "live" | "share">,
  services: readonly Capacity[],
  { back = false }: { readonly back?: boolean } = {},
): Standing | undefined {
  const at = greenOf(now.live, now.share);
  const room = greenOf(now.live, now.room ?? now.share);
  const to = greenOf(goal.live, goal.share);
  const bare = now.room === undefined || room === at;
  if (at === to) return bare && now.live === goal.live ? undefined : standing(goal.live, at);
  const up = to > at;
  if (up ? room > at : room < at) {
    const next = up ? Math.min(room, to) : Math.max(room, to);
    return standing(back || next === to ? goal.live : now.live, next, at);
  }
  if (!bare) return standing(now.live, at);
  return standing(now.live, at, reach(at, to, services));
}

/** Percent of green, whichever side the settings speak of. */
function greenOf(live: EnvironmentName, ofOther: number): number {
  return live === "green" ? 100 - ofOther : ofOther;
}

function standing(live: EnvironmentName, green: number, room?: number): Standing {
  const ofOther = (it: number) => greenOf(live, it);
  return { live, share: ofOther(green), ...(room === undefined ? {} : { room: ofOther(room) }) };
}

/** How far traffic may move at once: as far as each service has room for what the receiving side takes beside what is there. */
function reach(at: number, to: number, services: readonly Capacity[]): number {
  const towards = to > at ? -1 : 1;
  for (let next = to; next !== at; next += towards) {
    if (services.every((it) => fits(at, next, it))) return next;
  }
  throw new RangeError("A rolling release needs a surge of at least 1.");
}

function fits(at: number, next: number, { wanted, surge }: Capacity): boolean {
  const [loses, gains] = next > at ? [100 - at, next] : [at, 100 - next];
  return instancesFor(loses, wanted) + instancesFor(gains, wanted) <= wanted + surge;
}

/** Percent of users' traffic that one side gets. */
export function shareOf(environment: EnvironmentName, { live, share }: Pick<Standing, "live" | "share">): number {
  return environment === other(live) ? share : 100 - share;
}
