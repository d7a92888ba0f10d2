import { capacitiesOf, standingOf } from "../../project/instances.ts";
import { type EnvironmentName, other } from "../../release/environment.ts";
import { nextStanding, type Standing, shareOf } from "../../release/strategy/rolling.ts";
import type { Moved } from "../platform/platform.ts";
import { type TrafficUpdate, type Updated, updateTraffic } from "./updateTraffic.ts";

export interface ShareGoal {
  /** Who is live when it is reached. */
  readonly live: EnvironmentName;
  /** Percent of users' traffic that the other side has then. */
  readonly share: number;
  /** A way back: what it goes to is live from its first move on. */
  readonly back?: boolean;
}

/**
 * Gives both sides their shares of users' traffic: by one update where both run at full size, and with `rolling` by as many as the surge
 * asks for, instances before traffic. Cut off anywhere, it goes on from what the settings say.
 *
 * @returns when traffic was last moved, and read back
 */
export async function giveShare(it: TrafficUpdate, goal: ShareGoal, signal: AbortSignal): Promise<Moved> {
  const settings = it.context.settings();
  if (settings.strategy.kind !== "rolling") {
    return movedIn(it, await updateTraffic(it, { live: goal.live, share: goal.share }));
  }
  const capacities = Object.values(capacitiesOf(settings));
  let updated: Updated | undefined;
  for (;;) {
    signal.throwIfAborted();
    const now = standingOf(it.context.settings());
    const asked = nextStanding(now, goal, capacities, { back: goal.back ?? false });
    if (asked === undefined) {
      return movedIn(it, updated ?? { serving: await it.platform.serving(), movedAt: undefined });
    }
    it.reporter.tell({ kind: "step", text: `rolling: ${sayChange(now, asked)}` });
    const { serving, movedAt } = await updateTraffic(it, asked);
    updated = { serving, movedAt: movedAt ?? updated?.movedAt };
  }
}

function movedIn({ platform }: TrafficUpdate, { serving, movedAt }: Updated): Moved {
  const readBackAt = serving.readAt.getTime();
  return { writtenAt: platform.movedAt() ?? movedAt ?? readBackAt, readBackAt };
}

/** What an update of a rolling release does, in words; who gets more comes first. */
export function sayChange(now: Standing, asked: Standing): string {
  const [side, off] = [other(asked.live), asked.live];
  const shares = (ofSide: number) => ({ [side]: ofSide, [off]: 100 - ofSide });
  const say = (before: number, after: number) => {
    const [first, second] = after >= before ? [side, off] : [off, side];
    return { first, second, all: shares(after) };
  };
  const [was, is] = [shareOf(side, now), shareOf(side, asked)];
  if (was !== is) {
    const { first, second, all } = say(was, is);
    return `${first} gets ${all[first]} % of users' requests, ${second} ${all[second]} %`;
  }
  if (asked.room === undefined) return "the instances that no traffic needs any more go";
  const { first, second, all } = say(is, asked.room);
  return `instances come for ${all[first]} % to ${first}, ${all[second]} % to ${second}`;
}
