import type { Observation } from "./observation.ts";
import type { Reason } from "./verdict.ts";

/**
 * What the platform's own alarms say, by the last look. One that fires is a breach, or a doubt where it means that nobody can judge;
 * one without a state, or not there, keeps from a go. Undefined where the platform has none.
 */
export function alarmLook(looks: readonly Observation[]): Reason | undefined {
  const last = looks.at(-1);
  const alarms = last?.alarms;
  if (last === undefined || alarms === undefined) return undefined;
  const reason = (outcome: Reason["outcome"], value: number | null, sentence: string): Reason => ({
    look: "alarms",
    outcome,
    value,
    threshold: 0,
    samples: "unreadable" in alarms ? 0 : alarms.length,
    since: last.at,
    sentence,
  });
  if ("unreadable" in alarms) return reason("unknown", null, `the alarms could not be read (${alarms.unreadable})`);
  if (alarms.length === 0) return reason("unknown", null, "there is no alarm to hear");
  const named = (all: typeof alarms) => all.map(({ name }) => name).join(", ");
  const breached = alarms.filter(({ state, means }) => state === "firing" && means === "no-go");
  if (breached.length > 0) return reason("breach", breached.length, `${named(breached)} fires`);
  const doubts = alarms.filter(({ state }) => state === "firing");
  if (doubts.length > 0) return reason("unknown", doubts.length, `${named(doubts)} fires: too little to judge by`);
  const silent = alarms.filter(({ state }) => state !== "ok");
  if (silent.length > 0) return reason("unknown", null, `${named(silent)} has no state`);
  return reason("ok", 0, "no alarm fires");
}
