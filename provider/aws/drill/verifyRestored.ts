import { proofOf } from "../../database/onceVerified.ts";
import type { Step } from "../../handler.ts";
import { runTask, type TaskRun } from "../runTask.ts";
import type { SeenDatabase } from "./drilled.ts";

export interface RestoredVerification extends TaskRun {
  /** What asks the database: `verify` of the stack's migrations. */
  readonly command: readonly string[];
  /** Text that a line of its output must hold. */
  readonly prints: string;
}

/** What the question to a restored database brought. */
export interface AskedRestored {
  /** The line by which it is believed; undefined when it is not. */
  readonly line: string | undefined;
  /** Why it is not believed. */
  readonly fault: string | undefined;
  /** Where its whole output is. */
  readonly where: string;
}

/** Variables by which a task that asks a restored database is told where it is. Its secrets stay those of the service. */
export function restoredVariables({ host = "", port, database }: SeenDatabase): Record<string, string> {
  return {
    DRILL_DATABASE_HOST: host,
    ...(port === undefined ? {} : { DRILL_DATABASE_PORT: String(port) }),
    ...(database === undefined ? {} : { DRILL_DATABASE_NAME: database }),
  };
}

/**
 * Asks a restored database by one task, and believes only what it prints: the text that the settings say, and the name of the host that it
 * asked. Without that one, whoever left the variables aside would have been told of the database that serves.
 */
export async function verifyRestored(
  step: Pick<Step, "signal" | "tell">,
  it: RestoredVerification,
  restored: SeenDatabase,
): Promise<AskedRestored> {
  const host = restored.host ?? "";
  const run = { ...it, environment: { ...it.environment, ...restoredVariables(restored) } };
  const ran = await runTask(step, run, "verification", it.command);
  const { line, unproven } = proofOf(ran, it.prints);
  const why =
    unproven ??
    (host === "" || !ran.output.includes(host)
      ? `no line of the verification names the host ${host}, so it may have asked the database that serves`
      : undefined);
  return { line: why === undefined ? line : undefined, fault: why, where: ran.where };
}
