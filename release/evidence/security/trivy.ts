import { z } from "zod";
import { each, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { statedTime } from "../statedTime.ts";
import { Findings } from "./findings.ts";
import { severityOf } from "./severity.ts";
import type { SecuritySummary } from "./summary.ts";

/** Read one by one. */
const list = z.array(z.unknown()).nullish();
const word = z.string().default("UNKNOWN");
const finding = z.object({
  VulnerabilityID: z.string().optional(),
  PkgName: z.string().optional(),
  ID: z.string().optional(),
  RuleID: z.string().optional(),
  Status: z.string().optional(),
  Severity: word,
});
const result = z.object({
  Target: z.string().default(""),
  Vulnerabilities: list,
  Misconfigurations: list,
  Secrets: list,
  /** With `--show-suppressed`: what an ignore file or a VEX set aside. */
  ExperimentalModifiedFindings: list,
});
const modified = z.object({ Finding: finding });
const report = z.object({
  SchemaVersion: z.number(),
  CreatedAt: z.string().max(100).optional(),
  ArtifactName: z.string().default(""),
  Metadata: z.object({ Commit: z.string().optional() }).nullish(),
  Results: list,
});

/** Whether this is Trivy's JSON. */
export function isTrivy(it: object): boolean {
  return "SchemaVersion" in it && ("ArtifactName" in it || "Results" in it);
}

/**
 * Reads `trivy … --format json`: vulnerabilities, misconfigurations that failed, and secrets. What Trivy was told to suppress counts
 * like the rest. Licences are not judged.
 */
export function readTrivy(it: object): SecuritySummary {
  const { SchemaVersion, CreatedAt, Metadata, Results } = shaped(report, it, "Trivy");
  if (SchemaVersion !== 2) throw new Error(`it is Trivy's report of version ${SchemaVersion}; version 2 is read`);
  const findings = new Findings();
  const add = (one: z.infer<typeof finding>, target: string, suppressed: boolean): void => {
    const id = one.VulnerabilityID ?? one.ID ?? one.RuleID ?? "";
    findings.add(id, one.PkgName ?? target, severityOf("Trivy", one.Severity), suppressed);
  };
  for (const { Target, ...lists } of each(result, Results ?? [], "Trivy")) {
    for (const one of each(finding, lists.Vulnerabilities ?? [], "Trivy")) add(one, Target, false);
    for (const one of each(finding, lists.Misconfigurations ?? [], "Trivy")) {
      if (one.Status !== "PASS") add(one, Target, false);
    }
    for (const one of each(finding, lists.Secrets ?? [], "Trivy")) add(one, Target, false);
    for (const { Finding } of each(modified, lists.ExperimentalModifiedFindings ?? [], "Trivy"))
      add(Finding, Target, true);
  }
  const at = statedTime(CreatedAt)?.at;
  return {
    tool: "Trivy",
    kind: "scan",
    ...findings.summary(),
    cleared: [],
    ...((Results ?? []).length === 0 ? { failure: "Trivy found nothing that it could look at" } : {}),
    ...(at === undefined ? {} : { at }),
    commits: Metadata?.Commit === undefined ? [] : [shown(Metadata.Commit)],
  };
}
