import type { NewPattern } from "../../release/logPatterns.ts";
import type { Observation } from "../../release/observation.ts";

/** Whoever looks at a serving environment: the seed's five looks, errors and times, logs, user flows, database. */
export interface Observer {
  /** What is seen now. What cannot be read is left out or told as unreadable, never made up. */
  look(): Promise<Observation>;
  /** Waits for a smoke run that is under way; its result is in the next look. */
  settle(): Promise<void>;
  /** Leaves out what was counted until now, where figures of all the time since the observer was opened are told. */
  countAnew?(): void;
  /** Error patterns that the other environment's logs do not have. */
  readonly newPatterns: readonly NewPattern[];
  /** What the database said at the last look. */
  readonly database: object | undefined;
}
