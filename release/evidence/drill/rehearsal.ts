import { z } from "zod";
import { readJson, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";

/** Scenarios of a rehearsal in which a bad release is rolled back. */
export const rollbackScenarios: readonly string[] = ["errors", "slow"];

const shape = z.object({
  ok: z.boolean(),
  platform: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number().min(0),
  scenarios: z.array(z.object({ name: z.string(), title: z.string(), ok: z.boolean() })).max(1_000),
  rollbacks: z.object({ verdictToLastBadAnswerMs: z.array(z.number().min(0)).max(1_000) }),
});

/** What a rehearsal says of rolling back. */
export const rehearsalSummary = z.strictObject({
  ok: z.boolean(),
  platform: z.string().max(300),
  /** When it had ended. */
  at: z.iso.datetime({ offset: true }),
  scenarios: z.number().int().nonnegative(),
  /** Titles of the scenarios that did not end as they should; the first five. */
  failed: z.array(z.string().max(300)).max(5),
  /** Names of its rollback scenarios that ended as they should. */
  rolledBack: z.array(z.string().max(300)).max(10),
  /** Rollbacks that were measured, and the slowest from verdict to the last bad answer. */
  measured: z.number().int().nonnegative(),
  slowestMs: z.number().nonnegative().optional(),
});
export type RehearsalSummary = z.infer<typeof rehearsalSummary>;

/** The last moment that an ISO time of four digits' years can name. */
const latest = Date.parse("9999-12-31T23:59:59.999Z");

/** Reads the `summary.json` that `greenlight rehearse` leaves. @throws Error with one sentence for anything else */
export function readRehearsal(bytes: Buffer): RehearsalSummary {
  const it = shaped(shape, readJson(bytes), "`greenlight rehearse`");
  const times = it.rollbacks.verdictToLastBadAnswerMs;
  const ended = new Date(Date.parse(it.startedAt) + it.durationMs);
  if (!(ended.getTime() <= latest)) throw new Error("it does not say when the rehearsal ended");
  return {
    ok: it.ok,
    platform: shown(it.platform),
    at: ended.toISOString(),
    scenarios: it.scenarios.length,
    failed: it.scenarios
      .filter((one) => !one.ok)
      .slice(0, 5)
      .map((one) => shown(one.title)),
    rolledBack: it.scenarios
      .filter((one) => one.ok && rollbackScenarios.includes(one.name))
      .slice(0, 10)
      .map((one) => one.name),
    measured: times.length,
    ...(times.length === 0 ? {} : { slowestMs: Math.max(...times) }),
  };
}
