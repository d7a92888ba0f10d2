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

/**
 * The required gates without a proof for this version in this environment. Traffic may only move there when none is missing.
 * A proof of another version or environment, of another service, dated in the future or without a readable date does not count.
 *
 * @param now milliseconds since 1970; when given, proofs dated more than a minute later are not taken
 */
export function proofsFor(
  environment: EnvironmentName,
  version: string,
  proofs: readonly GateProof[],
  required: readonly RequiredGate[],
  now?: number,
): readonly MissingProof[] {
  return required.flatMap((gate) => {
    const same = proofs.filter((proof) => proof.gate === gate.gate && proof.service === gate.service);
    const faults = same.map((proof) => faultOf(proof, environment, version, now));
    if (faults.includes(undefined)) return [];
    const what = gate.service === undefined ? gate.gate : `${gate.gate} of ${gate.service}`;
    return [
      {
        ...gate,
        reason: `no proof that ${what} passed for ${version} in ${environment}: ${faults.at(-1) ?? "none was given"}`,
      },
    ];
  });
}

function faultOf(
  proof: GateProof,
  environment: EnvironmentName,
  version: string,
  now: number | undefined,
): string | undefined {
  // Proofs come as plain data, so what the type promises is checked all the same.
  if ((proof.passed as unknown) !== true) return "it did not pass";
  if (proof.environment !== environment) return `the proof is for ${proof.environment}`;
  if (proof.version !== version) return `the proof is for ${proof.version}`;
  const at = Date.parse(proof.at);
  if (Number.isNaN(at)) return "the proof has no readable date";
  if (now !== undefined && at > now + 60_000) return `the proof is dated in the future (${proof.at})`;
  return undefined;
}
