import { type EnvironmentName, environmentNames, type Weights } from "./environment.ts";
import { type GateProof, proofsFor } from "./gateProof.ts";

/** Traffic as an update asks for it, on any platform. */
export interface TrafficAsked {
  readonly weights: Weights;
  readonly versions: { readonly [Name in EnvironmentName]?: string | undefined };
  /** What the gates passed. */
  readonly proofs: readonly GateProof[];
  /** Gates that must have passed. */
  readonly requires: readonly GateProof["gate"][];
}

/** An input that is at fault, and why. */
export interface TrafficFault {
  readonly property: "weights" | "proofs";
  readonly reason: string;
}

/**
 * Why traffic must not be so: the weights do not sum to 100, or an environment gets more than before without a version or without the
 * proofs of its gates.
 *
 * @param before weights of the last update; undefined at the first
 */
export function trafficFaults(asked: TrafficAsked, before: Weights | undefined): TrafficFault[] {
  if (asked.weights.blue + asked.weights.green !== 100) {
    return [{ property: "weights", reason: "the weights of blue and green must sum to 100" }];
  }
  return environmentNames
    .filter((environment) => asked.weights[environment] > (before?.[environment] ?? 0))
    .flatMap((environment) => missingProofs(asked, environment));
}

function missingProofs({ versions, proofs, requires }: TrafficAsked, environment: EnvironmentName): TrafficFault[] {
  const version = versions[environment];
  if (version === undefined) {
    return [{ property: "weights", reason: `${environment} has no version, so it cannot receive traffic` }];
  }
  const required = requires.map((gate) => ({ gate }));
  return proofsFor(environment, version, proofs, required).map((missing) => ({
    property: "proofs",
    reason: `${environment} ${version} gets no traffic: ${missing.reason}`,
  }));
}
