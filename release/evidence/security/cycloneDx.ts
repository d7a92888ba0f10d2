import { z } from "zod";
import { each, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { statedTime } from "../statedTime.ts";
import { Findings } from "./findings.ts";
import { type FindingSeverity, severityOf, severityOfScore, worse } from "./severity.ts";
import { mostFindings, type SecuritySummary } from "./summary.ts";

const rating = z.object({ severity: z.string().optional(), score: z.number().optional() });
const vulnerability = z.object({
  id: z.string(),
  references: z.array(z.object({ id: z.string() })).optional(),
  ratings: z.array(rating).optional(),
  analysis: z
    .object({
      state: z.string().optional(),
      justification: z.string().optional(),
      detail: z.string().optional(),
    })
    .optional(),
  affects: z.array(z.object({ ref: z.string() })).optional(),
});
type Vulnerability = z.infer<typeof vulnerability>;
const bom = z.object({
  metadata: z.object({ timestamp: z.string().max(100).optional() }).optional(),
  /** Read one by one. */
  vulnerabilities: z.array(z.unknown()),
});

/** Analysis states that say that a finding does no harm. */
const harmless = new Set(["not_affected", "false_positive"]);
/** Mended: no finding here, but what a scan still finds is not cleared by it. */
const mended = new Set(["resolved", "resolved_with_pedigree"]);

/** Whether this is a CycloneDX document. */
export function isCycloneDx(it: object): boolean {
  return "bomFormat" in it && it.bomFormat === "CycloneDX";
}

/**
 * Reads a CycloneDX document with vulnerabilities (VEX). `not_affected` and `false_positive` clear a finding of that id, or of an id
 * in its references, where they say why; every other vulnerability in it is a finding, but for those that are resolved.
 */
export function readCycloneDx(it: object): SecuritySummary {
  if (!("vulnerabilities" in it))
    throw new Error("it is a CycloneDX list of components without vulnerabilities, so no VEX");
  const { metadata, vulnerabilities } = shaped(bom, it, "CycloneDX");
  const findings = new Findings();
  const cleared = new Map<string, string>();
  for (const one of each(vulnerability, vulnerabilities, "CycloneDX")) {
    const why = whyHarmless(one);
    if (mended.has(one.analysis?.state ?? "")) continue;
    if (why === undefined) findings.add(one.id, one.affects?.[0]?.ref, severityOfRatings(one));
    else for (const { id } of [one, ...(one.references ?? [])]) cleared.set(shown(id), why);
  }
  // A finding that one entry clears and another one does not is not cleared.
  const { findings: open, ...rest } = findings.summary();
  for (const { id } of open) cleared.delete(id);
  if (cleared.size > mostFindings) throw new Error(`it clears more than ${mostFindings} findings`);
  const at = statedTime(metadata?.timestamp)?.at;
  return {
    tool: "CycloneDX",
    kind: "analysis",
    ...rest,
    findings: open,
    cleared: [...cleared].map(([id, why]) => ({ id, why })),
    ...(at === undefined ? {} : { at }),
    commits: [],
  };
}

function whyHarmless({ analysis }: Vulnerability): string | undefined {
  if (analysis?.state === undefined || !harmless.has(analysis.state)) return undefined;
  const words = shown([analysis.justification, analysis.detail].filter((text) => text !== undefined).join(": "), 200);
  return words === "" ? undefined : `${analysis.state}, ${words}`;
}

function severityOfRatings({ ratings = [] }: Vulnerability): FindingSeverity {
  const severities = ratings.flatMap(({ severity, score }) => {
    const word = severity === undefined ? undefined : severityOf("CycloneDX", severity);
    return word ?? (score === undefined ? [] : (severityOfScore(score) ?? []));
  });
  return severities.length === 0 ? severityOf("CycloneDX", "unknown") : severities.reduce(worse);
}
