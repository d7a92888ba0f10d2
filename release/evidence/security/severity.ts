/** Severities of findings, from worst to least. */
export const findingSeverities = ["critical", "high", "medium", "low", "info"] as const;
export type FindingSeverity = (typeof findingSeverities)[number];

/** Findings of these severities must be mended or accepted. */
export const blockingSeverities: ReadonlySet<FindingSeverity> = new Set(["critical", "high"]);

/**
 * What each format's own words for a severity become. The one table: readers look words up here, and the documentation is made from it.
 * A finding whose severity its tool does not know counts as high until somebody looks at it.
 */
export const severityTable = {
  "SARIF level": { error: "high", warning: "medium", note: "low", none: "info" },
  "npm audit": { critical: "critical", high: "high", moderate: "medium", low: "low", info: "info" },
  Trivy: { CRITICAL: "critical", HIGH: "high", MEDIUM: "medium", LOW: "low", UNKNOWN: "high" },
  CycloneDX: {
    critical: "critical",
    high: "high",
    medium: "medium",
    low: "low",
    info: "info",
    none: "info",
    unknown: "high",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FindingSeverity>>>>;
export type SeverityScheme = keyof typeof severityTable;

/**
 * Scores (CVSS, and SARIF's `security-severity`) by the least that each severity needs, as CVSS 3 and 4 name them. A score stands
 * before the tool's own word.
 */
export const scoreTable: readonly (readonly [least: number, severity: FindingSeverity])[] = [
  [9, "critical"],
  [7, "high"],
  [4, "medium"],
  [0.1, "low"],
  [0, "info"],
];

/** Severity of a tool's word; `high` for a word that the table does not have. */
export function severityOf(scheme: SeverityScheme, word: string): FindingSeverity {
  const words: Readonly<Record<string, FindingSeverity>> = severityTable[scheme];
  return Object.hasOwn(words, word) ? (words[word] ?? "high") : "high";
}

/** Severity of a score from 0 to 10; undefined for anything else. */
export function severityOfScore(score: number): FindingSeverity | undefined {
  if (!(score >= 0 && score <= 10)) return undefined;
  return scoreTable.find(([least]) => score >= least)?.[1];
}

/** The worse of both. */
export function worse(a: FindingSeverity, b: FindingSeverity): FindingSeverity {
  return findingSeverities.indexOf(a) <= findingSeverities.indexOf(b) ? a : b;
}
