import type { EnvironmentName } from "../../release/environment.ts";
import type { Engine } from "../engine/engine.ts";
import type { Reporter } from "../reporter.ts";

export interface ObserverArgs {
  /** The environment that is watched, and its version. */
  readonly environment: EnvironmentName;
  readonly version: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** An engine that is open already. */
  readonly engine?: Engine;
}
