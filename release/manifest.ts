export type { DatabasePlan, EnvironmentVariables, Manifest, Service, SmokeTest, VerifyQuery } from "./manifestShape.ts";

/** One thing wrong in a manifest. */
export interface ManifestFault {
  /** 1-based; 0 when the fault has no place in the file. */
  readonly line: number;
  readonly column: number;
  /** `services.api.command[0]`; empty for the file as a whole. */
  readonly path: string;
  /** What is there, shortened; undefined when it is missing or must not be shown. */
  readonly value: string | undefined;
  /** What should be there. */
  readonly expected: string;
}
