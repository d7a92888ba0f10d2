import { shown } from "../shown.ts";
import { type FindingSeverity, findingSeverities } from "./severity.ts";
import { mostFindings, type SecurityFinding } from "./summary.ts";

/** Collects the findings of a report: counts of all, and each different critical or high one by id and place. */
export class Findings {
  readonly #counts = new Map<FindingSeverity, number>();
  readonly #kept = new Map<string, SecurityFinding>();
  readonly #beyond = new Set<string>();

  add(id: string, where: string | undefined, severity: FindingSeverity, suppressed = false): void {
    this.#counts.set(severity, (this.#counts.get(severity) ?? 0) + 1);
    if (severity !== "critical" && severity !== "high") return;
    const place = where === undefined || where === "" ? {} : { where: shown(where) };
    const name = shown(id) || "a finding without an id";
    const key = JSON.stringify([name, place.where, suppressed]);
    const before = this.#kept.get(key);
    if (before === undefined && this.#kept.size >= mostFindings) {
      if (this.#beyond.size < 100_000) this.#beyond.add(key);
      return;
    }
    const worst = before?.severity === "critical" ? "critical" : severity;
    this.#kept.set(key, { id: name, ...place, severity: worst, count: (before?.count ?? 0) + 1, suppressed });
  }

  summary() {
    const [critical = 0, high = 0, medium = 0, low = 0, info = 0] = findingSeverities.map((it) => this.#counts.get(it));
    const findings = [...this.#kept.values()].sort((a, b) => a.severity.localeCompare(b.severity));
    return { counts: { critical, high, medium, low, info }, findings, more: this.#beyond.size };
  }
}
