import type { AnnouncementKind } from "./announcement.ts";
import type { LookName, Reason, Verdict } from "./verdict.ts";

export type CriterionId =
  | "health-checks"
  | "error-rates"
  | "response-times"
  | "no-critical-alerts"
  | "user-flows"
  | "stable"
  | "stakeholders-notified"
  | "documentation-updated";

/** One of the workflow's eight success criteria with what was found. */
export interface Criterion {
  readonly id: CriterionId;
  readonly title: string;
  readonly verdict: "met" | "not met" | "unknown";
  readonly reason: string;
}

/** What the criteria are judged by; what is left out is unknown, and unknown is not met. */
export interface SuccessFacts {
  /** The last verdict about the candidate. */
  readonly verdict?: Verdict | undefined;
  /** Names of critical alerts that fire now; empty when none does. */
  readonly alerts?: readonly string[] | undefined;
  /** What was announced and to whom, as the journal has it. */
  readonly announced?: readonly { readonly kind: AnnouncementKind; readonly to: readonly string[] }[] | undefined;
  /** Whether changelog, docs and runbook speak of this version, and how that is known. */
  readonly documentation?: { readonly updated: boolean; readonly detail: string } | undefined;
}

type Finding = Pick<Criterion, "verdict" | "reason">;

/** The eight criteria, each with its verdict, in the deployment workflow's order. */
export function successCriteria(facts: SuccessFacts): readonly Criterion[] {
  const { verdict } = facts;
  return [
    { id: "health-checks", title: "All health checks pass", ...byLooks(verdict, ["health"]) },
    { id: "error-rates", title: "Error rates within normal range", ...byLooks(verdict, ["errors", "outage"]) },
    { id: "response-times", title: "Response times acceptable", ...byLooks(verdict, ["latency"]) },
    { id: "no-critical-alerts", title: "No critical alerts", ...alertFinding(facts.alerts) },
    { id: "user-flows", title: "Key user flows working", ...byLooks(verdict, ["smoke"]) },
    { id: "stable", title: "Monitoring shows stable system", ...stability(verdict) },
    { id: "stakeholders-notified", title: "Stakeholders notified", ...announcementFinding(facts.announced) },
    { id: "documentation-updated", title: "Documentation updated", ...documentationFinding(facts.documentation) },
  ];
}

/** Whether every criterion is met. */
export function isSuccess(criteria: readonly Criterion[]): boolean {
  return criteria.length > 0 && criteria.every(({ verdict }) => verdict === "met");
}

function byLooks(verdict: Verdict | undefined, looks: readonly LookName[]): Finding {
  if (verdict === undefined) return { verdict: "unknown", reason: "the release was not watched" };
  const reasons = verdict.reasons.filter(({ look }) => looks.includes(look));
  const say = (outcome: Reason["outcome"]): string =>
    reasons
      .filter((reason) => reason.outcome === outcome)
      .map(({ sentence }) => sentence)
      .join("; ");
  if (reasons.some(({ outcome }) => outcome === "breach")) return { verdict: "not met", reason: say("breach") };
  if (reasons.some(({ outcome }) => outcome === "unknown")) return { verdict: "unknown", reason: say("unknown") };
  if (!reasons.some(({ outcome }) => outcome === "ok")) return { verdict: "unknown", reason: "it was not looked at" };
  // What the figures rest on must have been read to the end.
  const data = verdict.reasons.find(({ look, outcome }) => look === "data" && outcome === "unknown");
  return data === undefined ? { verdict: "met", reason: say("ok") } : { verdict: "unknown", reason: data.sentence };
}

function stability(verdict: Verdict | undefined): Finding {
  if (verdict === undefined) return { verdict: "unknown", reason: "the release was not watched" };
  const word = ({ go: "met", "no-go": "not met", undecided: "unknown" } as const)[verdict.verdict];
  return { verdict: word, reason: verdict.sentence };
}

function alertFinding(alerts: readonly string[] | undefined): Finding {
  if (alerts === undefined) return { verdict: "unknown", reason: "no source of alerts was read" };
  if (alerts.length === 0) return { verdict: "met", reason: "no critical alert fires" };
  return { verdict: "not met", reason: `firing: ${alerts.slice(0, 10).join(", ")}` };
}

function announcementFinding(announced: SuccessFacts["announced"]): Finding {
  if (announced === undefined) return { verdict: "unknown", reason: "no record of announcements was read" };
  const reached = (kind: AnnouncementKind): readonly string[] => [
    ...new Set(announced.filter((entry) => entry.kind === kind).flatMap(({ to }) => to)),
  ];
  const missing = (["start", "complete"] as const).filter((kind) => reached(kind).length === 0);
  if (missing.length > 0) return { verdict: "not met", reason: `not announced: ${missing.join(" and ")}` };
  return {
    verdict: "met",
    reason: `start to ${reached("start").join(", ")}; completion to ${reached("complete").join(", ")}`,
  };
}

function documentationFinding(documentation: SuccessFacts["documentation"]): Finding {
  if (documentation === undefined) return { verdict: "unknown", reason: "no documentation was looked at" };
  return { verdict: documentation.updated ? "met" : "not met", reason: documentation.detail };
}
