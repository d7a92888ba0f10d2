import type { Testers } from "../../provider/local/envoy/routes.ts";
import type { EnvironmentName, Weights } from "../../release/environment.ts";

/** What the API of a platform says of one service now. */
export interface ServiceState {
  /** Shares in percent; both 0 where neither environment is given any. */
  readonly weights: Weights;
  /** Ports on loopback that take requests. */
  readonly ports: Readonly<Record<EnvironmentName, readonly number[]>>;
  /** By which header testers ask for a side; left out, by none. */
  readonly testers?: Testers | undefined;
}
