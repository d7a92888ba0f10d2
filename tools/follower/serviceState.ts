import type { Testers } from "../../provider/local/envoy/routes.ts";
import type { EnvironmentName, Weights } from "../../release/environment.ts";

/** Requests whose header matches a pattern as a whole reach one side, whatever the weights. */
export interface HeaderPattern {
  /** Lower-case. */
  readonly header: string;
  /** As RE2 reads it. */
  readonly pattern: string;
  readonly side: EnvironmentName;
}

/** Headers that a side's answers get beside their own, where it was chosen by its weight. */
export type AddedHeaders = Readonly<
  Record<EnvironmentName, readonly { readonly name: string; readonly value: string }[]>
>;

/** What the API of a platform says of one service now. */
export interface ServiceState {
  /** Shares in percent; both 0 where neither environment is given any. */
  readonly weights: Weights;
  /** Ports on loopback that take requests. */
  readonly ports: Readonly<Record<EnvironmentName, readonly number[]>>;
  /** By which header testers ask for a side; left out, by none. */
  readonly testers?: Testers | undefined;
  /** Asked in this order, after testers. Left out, there are none. */
  readonly patterns?: readonly HeaderPattern[] | undefined;
  /** Left out, none. */
  readonly added?: AddedHeaders | undefined;
}
