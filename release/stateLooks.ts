import type { Observation } from "./observation.ts";
import type { Thresholds } from "./thresholds.ts";
import type { LookName, Reason } from "./verdict.ts";
import { count } from "./wording.ts";

/** One look's answer to a yes-or-no question; `undefined` in `good` when the answer makes no sense. */
interface Answer {
  readonly at: number;
  readonly good: boolean | undefined;
  readonly words: string;
}

/** Health, smoke test, database and logs: what is so or not so, apart from the figures of traffic. */
export function stateLooks(looks: readonly Observation[], thresholds: Thresholds, now: number): Reason[] {
  return [
    answered("health", looks.flatMap(healthAnswer), thresholds.health, now - thresholds.staleAfter),
    // The user flows are not run at every look: their last result counts however old.
    answered("smoke", looks.flatMap(smokeAnswer), thresholds.smoke, Number.NEGATIVE_INFINITY),
    answered("database", looks.flatMap(databaseAnswer), thresholds.database, now - thresholds.staleAfter),
    logLook(looks, thresholds),
  ].filter((reason) => reason !== undefined);
}

const absent: Readonly<Record<"health" | "smoke" | "database", string>> = {
  health: "the health of the candidate was not seen",
  smoke: "no smoke test was run",
  database: "the database was not asked",
};

function answered(
  look: "health" | "smoke" | "database",
  answers: readonly Answer[],
  rule: { readonly failures: number; readonly required: boolean },
  notBefore: number,
): Reason | undefined {
  const last = answers.at(-1);
  const reason = (
    outcome: Reason["outcome"],
    value: number | null,
    since: number | null,
    sentence: string,
  ): Reason => ({
    look: look satisfies LookName,
    outcome,
    value,
    threshold: rule.failures,
    samples: answers.length,
    since,
    sentence,
  });
  if (last === undefined) return rule.required ? reason("unknown", null, null, absent[look]) : undefined;
  const known = answers.filter(({ good }) => good !== undefined);
  const lastGood = known.findLastIndex(({ good }) => good === true);
  const failing = known.slice(lastGood + 1);
  const since = failing[0]?.at ?? last.at;
  const words = known.at(-1)?.words ?? last.words;
  if (failing.length > 0) {
    const enough = !(failing.length < rule.failures);
    const times = failing.length === 1 ? "" : `, ${failing.length} looks in a row`;
    return reason(enough ? "breach" : "unknown", failing.length, since, `${words}${times}`);
  }
  if (last.good === undefined) return reason("unknown", null, last.at, last.words);
  if (last.at < notBefore) return reason("unknown", null, last.at, `${absent[look]} of late`);
  return reason("ok", 0, since, words);
}

function healthAnswer({ at, health }: Observation): Answer[] {
  if (health === undefined) return [];
  const { healthy, of } = health;
  const sensible = Number.isInteger(healthy) && Number.isInteger(of) && healthy >= 0 && of > 0 && healthy <= of;
  return [{ at, good: sensible ? healthy === of : undefined, words: `${healthy} of ${of} healthy` }];
}

function smokeAnswer({ at, smoke }: Observation): Answer[] {
  if (smoke === undefined) return [];
  return [
    {
      at,
      good: smoke.passed === true,
      words: smoke.passed === true ? "smoke test passes" : failure("smoke test fails", smoke.detail),
    },
  ];
}

function databaseAnswer({ at, database }: Observation): Answer[] {
  if (database === undefined) return [];
  const good = database.reachable === true;
  return [{ at, good, words: good ? "database answers" : failure("database does not answer", database.detail) }];
}

function failure(words: string, detail: string | undefined): string {
  return detail === undefined || detail === "" ? words : `${words} (${detail.replace(/\s+/g, " ").slice(0, 200)})`;
}

function logLook(looks: readonly Observation[], thresholds: Thresholds): Reason | undefined {
  const last = looks.findLast(({ newErrorPatterns }) => newErrorPatterns !== undefined);
  const max = thresholds.logs.maxNewPatterns;
  const reason = (outcome: Reason["outcome"], value: number | null, sentence: string): Reason => ({
    look: "logs",
    outcome,
    value,
    threshold: max,
    samples: value ?? 0,
    since: last?.at ?? null,
    sentence,
  });
  const found = last?.newErrorPatterns;
  if (found === undefined || !Number.isFinite(found) || found < 0) {
    return max === null ? undefined : reason("unknown", null, "the logs were not looked at");
  }
  const words =
    found === 0
      ? "no new error in the logs"
      : `${count(found)} new error ${found === 1 ? "pattern" : "patterns"} in the logs`;
  if (max === null) return reason("note", found, words);
  return found <= max ? reason("ok", found, words) : reason("breach", found, words);
}
