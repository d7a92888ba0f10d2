import type { EnvironmentName } from "./environment.ts";

/** What kind of update this is; `none` is everything that moves neither a version nor traffic. */
export type Kind = "release" | "switch" | "rollback" | "none";

/** What is deployed in one environment. */
export interface Deployed {
  readonly version: string;
  /** {@link manifestDigest} of the manifest it was deployed from. */
  readonly manifestDigest: string;
}

/** A rule set aside for once, and who answers for it. Carried for the record; transition rules have no override. */
export interface Override {
  readonly item: string;
  readonly by: string;
  readonly reason: string;
  /** ISO time. */
  readonly until: string;
}

/** The plain facts that the Release resource carries. */
export interface ReleaseFacts {
  readonly kind: Kind;
  readonly live: EnvironmentName;
  readonly environments: { readonly blue?: Deployed | undefined; readonly green?: Deployed | undefined };
  /** Versions that were live before, newest first, without the one that is live now. */
  readonly history: readonly string[];
  readonly overrides?: readonly Override[] | undefined;
}

/** Why a transition is refused. */
export interface Refusal {
  /** Input of the Release resource that is at fault, such as `environments.blue` or `live`. */
  readonly field: string;
  readonly happened: string;
  /** What to do instead. */
  readonly next: string;
}
