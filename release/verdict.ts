import { alarmLook } from "./alarmLook.ts";
import { spokenDuration } from "./duration.ts";
import { seriesOf } from "./interval.ts";
import type { Observation } from "./observation.ts";
import { stateLooks } from "./stateLooks.ts";
import type { Thresholds } from "./thresholds.ts";
import { errorLook, latencyLook, outageLook } from "./trafficLooks.ts";

export type VerdictWord = "go" | "no-go" | "undecided";

/** What was looked at. */
export type LookName = "errors" | "outage" | "latency" | "health" | "smoke" | "database" | "logs" | "alarms" | "data";

/** One ground of a verdict. */
export interface Reason {
  readonly look: LookName;
  readonly service?: string;
  /** `breach` alone makes a no-go; `unknown` keeps from a go; `note` decides nothing. */
  readonly outcome: "ok" | "breach" | "unknown" | "note";
  /** Rate as a fraction, milliseconds, or a count; null when unknown. */
  readonly value: number | null;
  /** In the unit of `value`; null where there is none. */
  readonly threshold: number | null;
  /** Requests or looks that `value` rests on. */
  readonly samples: number;
  /** Start of what was judged, milliseconds since 1970; null when nothing was. */
  readonly since: number | null;
  readonly sentence: string;
}

export interface Verdict {
  readonly verdict: VerdictWord;
  /** When it was reached, milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from the first look until then. */
  readonly after: number;
  readonly reasons: readonly Reason[];
  /** The verdict and its grounds in one sentence. */
  readonly sentence: string;
}

/**
 * Judges the candidate by everything seen of it so far.
 *
 * No-go as soon as one ground is a breach; go only when every ground that must be there is there and fine; else undecided. A missing,
 * unreadable, nonsensical or old look is never a pass. Each service is judged on its own: a healthy one does not dilute a sick one.
 * More errors never make a verdict better.
 *
 * @param observations in order of time
 * @param now milliseconds since 1970
 * @param services those of the release; each must be seen. Default: all that were ever seen
 */
export function judge(
  observations: readonly Observation[],
  thresholds: Thresholds,
  now: number,
  services?: readonly string[],
): Verdict {
  const looks = observations.filter(({ at }) => Number.isFinite(at)).toSorted((a, b) => a.at - b.at);
  const names = [...new Set([...(services ?? []), ...looks.flatMap((look) => Object.keys(look.services))])].sort();
  const reasons: Reason[] = [...dataReasons(looks, names, observations.length - looks.length, thresholds, now)];
  for (const name of names) {
    const series = seriesOf(name, looks);
    const outage = outageLook(name, series, thresholds);
    if (outage !== undefined) reasons.push(outage);
    reasons.push(errorLook(name, series, thresholds), latencyLook(name, series, thresholds));
    if (series.fault !== undefined) reasons.push(unknownData(`${name}: ${series.fault}`, name));
  }
  reasons.push(...stateLooks(looks, thresholds, now));
  const alarms = alarmLook(looks);
  if (alarms !== undefined) reasons.push(alarms);
  const verdict: VerdictWord = reasons.some(({ outcome }) => outcome === "breach")
    ? "no-go"
    : reasons.some(({ outcome }) => outcome === "unknown")
      ? "undecided"
      : "go";
  const after = Math.max(0, now - (looks[0]?.at ?? now));
  return {
    verdict,
    at: now,
    after,
    reasons,
    sentence: sentenceOf(verdict, after, reasons, names.length === 1 ? names[0] : undefined),
  };
}

function dataReasons(
  looks: readonly Observation[],
  names: readonly string[],
  timeless: number,
  thresholds: Thresholds,
  now: number,
): Reason[] {
  const last = looks.at(-1);
  if (last === undefined) return [unknownData("nothing was seen of the candidate")];
  const reasons: Reason[] = [];
  if (timeless > 0) reasons.push(unknownData(`${timeless} looks have no readable time`));
  if (names.length === 0) reasons.push(unknownData("no service was looked at"));
  if (!(now - last.at <= thresholds.staleAfter)) {
    reasons.push(unknownData(`the last look is ${spokenDuration(now - last.at)} old`));
  }
  if (last.at - now > thresholds.staleAfter)
    reasons.push(unknownData("the last look lies in the future: a clock is wrong"));
  return reasons;
}

function unknownData(sentence: string, service?: string): Reason {
  return {
    look: "data",
    ...(service === undefined ? {} : { service }),
    outcome: "unknown",
    value: null,
    threshold: null,
    samples: 0,
    since: null,
    sentence,
  };
}

function sentenceOf(verdict: VerdictWord, after: number, reasons: readonly Reason[], only: string | undefined): string {
  // With a single service its name says nothing.
  const say = (reason: Reason): string =>
    only === undefined ? reason.sentence : reason.sentence.replace(` of ${only} `, " ");
  const of = (outcome: Reason["outcome"]): string[] => reasons.filter((reason) => reason.outcome === outcome).map(say);
  const short = of("ok").map((sentence) => sentence.replace(/ \(.*\)$/, ""));
  const notes = of("note");
  const head = { go: "Go", "no-go": "No-go", undecided: "Undecided" }[verdict];
  const grounds = verdict === "no-go" ? of("breach") : verdict === "undecided" ? of("unknown") : of("ok");
  const fine = verdict === "go" || short.length === 0 ? [] : [`fine: ${short.join(", ")}`];
  return `${head} after ${spokenDuration(after)}: ${[...grounds, ...fine, ...notes].join("; ")}.`;
}
