import { isDeepStrictEqual } from "node:util";
import { type Weights, weightsFor } from "../environment.ts";
import { type Armed, type Arming, madeBy } from "./arming.ts";

/** An alarm that changed its state. Times in milliseconds since 1970, of one clock. */
export interface AlarmChange {
  readonly name: string;
  readonly state: string;
  readonly at: number;
}

/** A record as it was read. */
export interface ReadArming {
  readonly arming: Arming;
  /** When it was written. */
  readonly at: number;
}

/** Whether anything is to be done; `tell` where somebody counts on it and would be wrong. */
export type Due =
  | { readonly due: true; readonly arming: Armed }
  | { readonly due: false; readonly why: string; readonly tell: boolean };

/**
 * Whether the alarm is one that sends traffic back: the one that the switch named, fired after the switch, and the release is still in
 * its bake. A record that is not there says nothing, so nothing is moved, and somebody is told.
 */
export function isDue(read: ReadArming | undefined, alarm: AlarmChange, now: number): Due {
  const no = (why: string, tell = false): Due => ({ due: false, why, tell });
  if (alarm.state !== "ALARM") return no(`${alarm.name} is ${alarm.state}`);
  if (read === undefined) return no("there is no record of what was switched", true);
  const { arming, at } = read;
  if (!arming.armed) return no(`it is disarmed: ${arming.why}`);
  if (alarm.name !== arming.alarm) return no(`${alarm.name} is not the alarm of ${arming.version}`);
  if (!(alarm.at >= (arming.since ?? at))) return no(`${alarm.name} fired before the switch to ${arming.version}`);
  if (!(now < at + arming.forMs)) return no(`the bake of ${arming.version} is over`);
  return { due: true, arming };
}

/** A service as it is when the alarm fires. */
export interface ServiceNow {
  readonly service: string;
  /** Undefined where no rule forwards to it. */
  readonly weights: Weights | undefined;
  /** Healthy targets of the side that traffic would go back to. */
  readonly healthy: number;
}

/** What is to be done about traffic. */
export type WayBack =
  | { readonly deed: "move"; readonly services: readonly string[] }
  | { readonly deed: "none"; readonly why: string }
  | { readonly deed: "refuse"; readonly why: string };

/**
 * Which services' traffic goes back. Those that are back already are left; so a second alarm, a second delivery of one, and a command
 * that did the same meanwhile change nothing. Where one service has weights that neither the switch nor its way back made, a person is
 * at work: nothing is moved at all. Nothing goes to a side without a healthy target either.
 */
export function wayBack(arming: Armed, services: readonly ServiceNow[]): WayBack {
  const before = weightsFor(arming.returnsTo);
  const after = madeBy(arming);
  const strange = services.filter(({ weights }) => ![before, ...after].some((it) => isDeepStrictEqual(weights, it)));
  if (services.length === 0) return { deed: "refuse", why: "there is no service to move" };
  if (strange.length > 0) {
    const say = ({ service, weights }: ServiceNow) =>
      weights === undefined
        ? `no rule forwards to ${service}`
        : `${service} is served blue ${weights.blue} %, green ${weights.green} %`;
    return { deed: "refuse", why: `somebody else moved traffic after the switch: ${strange.map(say).join("; ")}` };
  }
  const moved = services.filter(({ weights }) => !isDeepStrictEqual(weights, before));
  if (moved.length === 0) return { deed: "none", why: `${arming.returnsTo} serves already` };
  const unfit = moved.filter(({ healthy }) => healthy === 0);
  if (unfit.length > 0) {
    const names = unfit.map(({ service }) => service).join(", ");
    return { deed: "refuse", why: `${arming.returnsTo} has no healthy target for ${names}` };
  }
  return { deed: "move", services: moved.map(({ service }) => service) };
}
