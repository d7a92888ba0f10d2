import type { EnvironmentName } from "./environment.ts";

/** What a passed gate hands on; there is no proof of a gate that failed. */
export interface GateProof {
  readonly gate: "health" | "smoke";
  /** The service it looked at; absent for a gate over the whole environment. */
  readonly service?: string | undefined;
  readonly environment: EnvironmentName;
  readonly version: string;
  readonly passed: true;
  /** ISO time. */
  readonly at: string;
}

/** A gate that must have passed before traffic may move. */
export interface RequiredGate {
  readonly gate: GateProof["gate"];
  readonly service?: string | undefined;
}

/** A required gate without a proof, and why the proofs at hand do not count. */
export interface MissingProof extends RequiredGate {
  readonly reason: string;
}
