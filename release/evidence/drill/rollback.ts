import { z } from "zod";
import { readJson, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { type RehearsalSummary, readRehearsal } from "./rehearsal.ts";

const environment = z.enum(["blue", "green"]);
const shape = z.object({
  ok: z.boolean(),
  reason: z.string(),
  from: z.object({ version: z.string() }),
  to: z.object({ environment, version: z.string() }),
  move: z.object({ writtenAt: z.number(), readBackAt: z.number() }),
  stateInLine: z.boolean(),
  verified: z.object({ passed: z.boolean(), smoke: z.string() }),
  serving: z.object({
    environment: environment.optional(),
    version: z.string().optional(),
    readAt: z.iso.datetime({ offset: true }),
  }),
});

/** What a rollback that was done says of itself. */
export const rollbackSummary = z.strictObject({
  from: z.string().max(63),
  to: z.string().max(63),
  /** When what serves was read back at its end. */
  at: z.iso.datetime({ offset: true }),
  /** From the move of traffic until it was read back. Milliseconds. */
  backMs: z.number().nonnegative(),
  /** Why it is no proof that the way back works; absent when it is one. */
  fault: z.string().max(500).optional(),
});
export type RollbackSummary = z.infer<typeof rollbackSummary>;

/**
 * Reads what shows that the way back works: the `summary.json` of `greenlight rehearse`, or what `greenlight rollback --json` ended
 * with, such as in staging.
 *
 * @throws Error with one sentence for what is neither
 */
export function readRollbackProof(bytes: Buffer): RehearsalSummary | RollbackSummary {
  const value = readJson(bytes);
  const isRollback = typeof value === "object" && value !== null && Object.hasOwn(value, "move");
  if (!isRollback) return readRehearsal(bytes);
  const { from, to, move, serving, ...it } = shaped(shape, value, "`greenlight rollback --json`");
  const served = serving.environment === to.environment ? serving.version : undefined;
  const faults = [
    ...(it.verified.passed ? [] : [`what served afterwards was not verified: ${it.verified.smoke}`]),
    ...(served === to.version ? [] : [`${serving.version ?? "nothing"} served when it ended, not ${to.version}`]),
    ...(it.stateInLine ? [] : ["Pulumi's state was not brought in line"]),
    ...(it.ok ? [] : ["it did not end well"]),
    ...(from.version === to.version ? ["it went nowhere"] : []),
  ];
  return {
    from: shown(from.version, 63),
    to: shown(to.version, 63),
    at: serving.readAt,
    backMs: Math.max(0, move.readBackAt - move.writtenAt),
    ...(faults[0] === undefined ? {} : { fault: shown(faults[0]) }),
  };
}
