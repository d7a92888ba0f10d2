export type CriterionId =
  | "health-checks"
  | "error-rates"
  | "response-times"
  | "no-critical-alerts"
  | "user-flows"
  | "stable"
  | "stakeholders-notified"
  | "documentation-updated";

/** One of the seed's eight success criteria with what was found. */
export interface Criterion {
  readonly id: CriterionId;
  readonly title: string;
  readonly verdict: "met" | "not met" | "unknown";
  readonly reason: string;
}
