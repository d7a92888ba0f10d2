import { z } from "zod";
import { readJson, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

/** The document that `greenlight drill database` writes. */
export const rollbackScriptDrill = z.strictObject({
  kind: z.literal("rollback-script-drill"),
  version: z.string().min(1).max(63),
  /** The commit whose migrations and script were played. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** ISO time at which it ended. */
  at: z.iso.datetime({ offset: true }),
  /** The version whose migrations it began with: what a rollback goes back to. */
  from: z.string().min(1).max(63),
  serverVersion: z.string().max(100),
  /** Migrations that the script took back. */
  undone: z.array(z.string().max(300)).max(10_000),
  /** sha256 of the folder of migrations, and of the script. */
  digests: z.strictObject({ migrations: sha256, script: sha256 }),
  steps: z.array(
    z.strictObject({
      name: z.enum(["begin", "up", "down", "up again"]),
      ok: z.boolean(),
      /** Milliseconds. */
      ms: z.number().nonnegative(),
      /** What was read afterwards. */
      saw: z.string().max(2_000),
    }),
  ),
  passed: z.boolean(),
  /** What was not as before, in sentences. */
  differences: z.array(z.string().max(500)).max(200),
});
export type RollbackScriptDrill = z.infer<typeof rollbackScriptDrill>;

/** What a drill of a rollback script says, as the checklist judges it. */
export const drillSummary = z.strictObject({
  version: z.string().max(63),
  commit: z.string().max(40),
  at: z.iso.datetime({ offset: true }),
  from: z.string().max(63),
  digests: z.strictObject({ migrations: sha256, script: sha256 }),
  undone: count,
  /** Names of the steps that were played, in order. */
  steps: z.array(z.string().max(20)).max(10),
  /** Passed as a whole and in every step, without a difference. */
  passed: z.boolean(),
  /** The first five, and how many. */
  differences: z.strictObject({ count, first: z.array(z.string().max(500)).max(5) }),
});
export type DrillSummary = z.infer<typeof drillSummary>;

/** Reads what `greenlight drill database` wrote. @throws Error with one sentence for anything else */
export function readRollbackScriptDrill(bytes: Buffer): DrillSummary {
  const it = shaped(rollbackScriptDrill, readJson(bytes), "`greenlight drill database`");
  return {
    version: shown(it.version),
    commit: it.commit,
    at: it.at,
    from: shown(it.from),
    digests: it.digests,
    undone: it.undone.length,
    steps: it.steps.slice(0, 10).map(({ name }) => name),
    passed: it.passed && it.differences.length === 0 && it.steps.every(({ ok }) => ok),
    differences: { count: it.differences.length, first: it.differences.slice(0, 5).map((text) => shown(text, 500)) },
  };
}
