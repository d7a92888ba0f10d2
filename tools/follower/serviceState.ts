import type { EnvironmentName, Weights } from "../../release/environment.ts";

/** What the API of a platform says of one service now. */
export interface ServiceState {
  /** Shares in percent; both 0 where neither environment is given any. */
  readonly weights: Weights;
  /** Ports on loopback that take requests. */
  readonly ports: Readonly<Record<EnvironmentName, readonly number[]>>;
}
