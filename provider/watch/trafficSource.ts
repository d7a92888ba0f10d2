import type { EnvironmentName } from "../../release/environment.ts";
import type { Period } from "../../release/observation.ts";

/** When figures are believed. Milliseconds. */
export interface ToldTiming {
  /** Length of the stretches of time that are counted, each by itself; each begins at a multiple of it. */
  readonly lengthMs: number;
  /** How long after its end a stretch's figures still change. */
  readonly settleMs: number;
  /** How long after that a stretch may be without figures before their silence is told. */
  readonly lateMs: number;
  /** Least time between two questions, which cost money or load. */
  readonly everyMs: number;
}

/** A metrics service that tells what users of each environment were answered. */
export interface TrafficSource {
  /** Who tells, as in "CloudWatch has told nothing since 12:00". */
  readonly teller: string;
  readonly services: readonly string[];
  readonly timing: ToldTiming;
  /**
   * Whole stretches by service, in order of time.
   *
   * @param from start of the first one, epoch ms; `to` the end of the last
   * @throws Problem where it does not tell
   */
  read(
    environment: EnvironmentName,
    from: number,
    to: number,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, readonly Period[]>>>;
}

/** Start of the first whole stretch that begins at a moment or after it. */
export function nextStart({ timing: { lengthMs } }: TrafficSource, now: number): number {
  return Math.ceil(now / lengthMs) * lengthMs;
}

/** End of the last stretch whose figures do not change any more. */
export function lastSettled({ timing: { lengthMs, settleMs } }: TrafficSource, now: number): number {
  return Math.floor((now - settleMs) / lengthMs) * lengthMs;
}
