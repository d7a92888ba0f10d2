import { z } from "zod";
import { shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { Findings } from "./findings.ts";
import { severityOf, severityTable } from "./severity.ts";
import type { SecuritySummary } from "./summary.ts";

const advisory = z.object({
  source: z.union([z.string(), z.number()]).optional(),
  url: z.string().optional(),
  severity: z.string(),
});
const entry = z.object({ severity: z.string(), via: z.array(z.union([z.string(), advisory])) });
const totals = z.record(z.string(), z.number().int().nonnegative());
const metadata = z.object({
  vulnerabilities: totals,
  dependencies: z.union([z.number(), z.looseObject({ total: z.number().int().nonnegative() })]).optional(),
  totalDependencies: z.number().optional(),
});
const report = z.object({ vulnerabilities: z.record(z.string(), z.unknown()), metadata });
const olderAdvisory = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  github_advisory_id: z.string().optional(),
  url: z.string().optional(),
  module_name: z.string(),
  severity: z.string(),
});
const older = z.object({ advisories: z.record(z.string(), z.unknown()), metadata });

/** Whether this is what `npm audit --json` prints, or `pnpm audit --json`. */
export function isNpmAudit(it: object): boolean {
  return "auditReportVersion" in it || ("advisories" in it && "metadata" in it) || isAuditError(it);
}

/**
 * Reads what `npm audit --json` prints (version 2), or the older form that pnpm still prints. Findings are advisories, by package;
 * the totals are only compared.
 */
export function readNpmAudit(it: object): SecuritySummary {
  if (isAuditError(it)) throw new Error("npm audit itself failed: the registry did not answer it");
  const findings = new Findings();
  const { metadata } = "advisories" in it ? addOlder(findings, it) : addEntries(findings, it);
  const looked = typeof metadata.dependencies === "object" ? metadata.dependencies.total : metadata.totalDependencies;
  return {
    tool: "npm audit",
    kind: "scan",
    ...findings.summary(),
    cleared: [],
    ...(looked === 0 ? { failure: "it looked at no dependency" } : {}),
    commits: [],
  };
}

function isAuditError(it: object): boolean {
  return "error" in it && !("vulnerabilities" in it);
}

function addEntries(findings: Findings, it: object) {
  const read = shaped(report, it, "npm audit");
  const packages = Object.entries(read.vulnerabilities);
  const known = new Set(packages.map(([name]) => name));
  const counted = new Map<string, number>();
  for (const [name, value] of packages) {
    const { severity, via } = shaped(entry, value, "npm audit");
    counted.set(severity, (counted.get(severity) ?? 0) + 1);
    const own = via.filter((cause) => typeof cause !== "string");
    for (const { url, source, severity: word } of own) {
      findings.add(advisoryId(url, source) ?? name, name, severityOf("npm audit", word));
    }
    const inherited = via.some((cause) => typeof cause === "string" && known.has(cause));
    if (own.length === 0 && !inherited) findings.add(name, name, severityOf("npm audit", severity));
  }
  for (const word of Object.keys(severityTable["npm audit"])) {
    const stated = Object.hasOwn(read.metadata.vulnerabilities, word) ? read.metadata.vulnerabilities[word] : undefined;
    const found = counted.get(word) ?? 0;
    if (stated !== undefined && stated !== found) {
      throw new Error(`npm audit's report contradicts itself: its totals say ${stated} ${word}, it lists ${found}`);
    }
  }
  return read;
}

function addOlder(findings: Findings, it: object) {
  const read = shaped(older, it, "npm audit");
  for (const value of Object.values(read.advisories)) {
    const {
      github_advisory_id: github,
      url,
      id,
      module_name: name,
      severity,
    } = shaped(olderAdvisory, value, "npm audit");
    findings.add(github ?? advisoryId(url, id) ?? name, name, severityOf("npm audit", severity));
  }
  const listed = Object.keys(read.advisories).length;
  const stated = Object.values(read.metadata.vulnerabilities).reduce((sum, number) => sum + number, 0);
  if (listed === 0 && stated > 0) {
    throw new Error(`the audit contradicts itself: its totals say ${stated} vulnerabilities, it lists none`);
  }
  return read;
}

/** `GHSA-…` of an advisory's address, or else its number. */
function advisoryId(url: string | undefined, source: string | number | undefined): string | undefined {
  const id = /GHSA(?:-[0-9a-z]{4}){3}/i.exec(url?.slice(0, 1_000) ?? "")?.[0];
  return id ?? (source === undefined ? undefined : shown(String(source)));
}
