export type PhaseId = "checks" | "prepare" | "announce" | "deploy" | "switch" | "watch" | "decide" | "finish";

/** One phase of the deployment day. */
export interface Phase {
  readonly id: PhaseId;
  /** As the seed writes it. */
  readonly at: "T-60" | "T-30" | "T-0" | "T+30" | "T+60";
  readonly title: string;
  /** What is done, in order, in words. */
  readonly steps: readonly string[];
  /** How to go back from here. */
  readonly undoneBy: string;
}
