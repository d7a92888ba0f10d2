import { deadlineIn } from "../release/deadline.ts";
import { sentence } from "../release/problem.ts";
import type { Ground } from "./ground.ts";
import type { LoadWindow } from "./load/client.ts";
import type { Scenario, Seen } from "./scenario.ts";
import type { ScenarioSummary } from "./summary.ts";
import { sayFailures } from "./traffic.ts";

/** Plays one scenario and counts the requests that ended meanwhile. Never rejects: what goes wrong is what was seen. */
export async function play<On extends Ground>(
  scenario: Scenario<On>,
  stage: On,
  stop: AbortSignal,
): Promise<ScenarioSummary> {
  const { name, title, expected, allowsFailures } = scenario;
  const startedAt = Date.now();
  const deadline = deadlineIn(stage.limits.scenarioMs, "The scenario", stop);
  stage.signal = deadline.signal;
  const window = await openWindow(stage, name);
  const seen = await stage
    .withinTime(() => scenario.play(stage))
    .catch((error: unknown) => failed(error, stop))
    .finally(deadline.end);
  const counted = await window();
  const { requests = 0, failed: lost = 0 } = counted?.total ?? {};
  const spoilt = !allowsFailures && lost > 0;
  const unknown = counted === undefined && scenario.underLoad !== false;
  return {
    name,
    title,
    expected,
    allowsFailures,
    startedAt,
    durationMs: Date.now() - startedAt,
    requests,
    failed: lost,
    ok: seen.ok && !spoilt && !unknown,
    seen: [
      ...(unknown ? ["The load was not counted."] : []),
      ...(spoilt && counted !== undefined ? [`${lost} requests failed where none may (${sayFailures(counted)}).`] : []),
      seen.seen,
    ].join(" "),
    facts: {
      ...JSON.parse(JSON.stringify(seen.facts)),
      ...(lost > 0 && counted !== undefined ? { samples: counted.samples.slice(0, 12).map((it) => ({ ...it })) } : {}),
    },
  };
}

/** A scenario that was not played, and why. */
export function notPlayed(
  { name, title, expected, allowsFailures }: Omit<Scenario, "play">,
  why: string,
): ScenarioSummary {
  const nothing = { startedAt: Date.now(), durationMs: 0, requests: 0, failed: 0, facts: {} };
  return { name, title, expected, allowsFailures, ok: false, seen: `Not played: ${why}.`, ...nothing };
}

function failed(error: unknown, stop: AbortSignal): Seen {
  const why = stop.aborted ? "Stopped before its end." : `Broken off: ${sentence(error).replaceAll("\n", " ")}`;
  return { ok: false, seen: why, facts: {} };
}

/** Counts from now, or from the load's begin when it begins meanwhile. */
async function openWindow(stage: Ground, name: string): Promise<() => Promise<LoadWindow | undefined>> {
  const from = stage.loading ? await stage.load.mark(name).catch(() => undefined) : undefined;
  return async () => {
    try {
      if (!stage.loading) return undefined;
      return from === undefined ? await stage.sinceLoadBegan() : await stage.load.since(from);
    } catch {
      return undefined; // the load died: said as "not counted"
    }
  };
}
