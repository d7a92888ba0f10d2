import { z } from "zod";
import { shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { earliest, type StatedTime, statedTime } from "../statedTime.ts";
import { Findings } from "./findings.ts";
import { type FindingSeverity, severityOf, severityOfScore } from "./severity.ts";
import type { SecuritySummary } from "./summary.ts";

const score = z.object({ "security-severity": z.union([z.string(), z.number()]).optional() });
const rule = z.object({
  id: z.string(),
  defaultConfiguration: z.object({ level: z.string().optional() }).optional(),
  properties: score.optional(),
});
type Rule = z.infer<typeof rule>;
const component = z.object({ name: z.string(), rules: z.array(rule).optional() });
const result = z.object({
  ruleId: z.string().optional(),
  ruleIndex: z.number().int().optional(),
  rule: z.object({ id: z.string().optional(), index: z.number().int().optional() }).optional(),
  level: z.string().optional(),
  kind: z.string().optional(),
  baselineState: z.string().optional(),
  suppressions: z.array(z.unknown()).nullish(),
  properties: score.optional(),
  locations: z
    .array(
      z.object({
        physicalLocation: z
          .object({ artifactLocation: z.object({ uri: z.string().optional() }).optional() })
          .optional(),
      }),
    )
    .optional(),
});
const run = z.object({
  tool: z.object({ driver: component, extensions: z.array(component).optional() }),
  results: z.array(result).nullish(),
  invocations: z
    .array(
      z.object({
        executionSuccessful: z.boolean().optional(),
        startTimeUtc: z.string().max(100).optional(),
        endTimeUtc: z.string().max(100).optional(),
      }),
    )
    .optional(),
  versionControlProvenance: z.array(z.object({ revisionId: z.string().optional() })).optional(),
});
const log = z.object({ version: z.string(), runs: z.array(run) });

/** Whether this is a SARIF log. */
export function isSarif(it: object): boolean {
  return "runs" in it && "version" in it;
}

/**
 * Reads a SARIF 2.1 log (semgrep, CodeQL, Trivy, Bandit …). A result's severity is that of its or its rule's `security-severity`, or
 * else of its level, its rule's level, `warning`. Suppressed results count like others. Results of kind `pass`, `notApplicable` and
 * `informational`, and those that a baseline knows as gone, are no findings.
 */
export function readSarif(it: object): SecuritySummary {
  const { version, runs } = shaped(log, it, "a SARIF tool");
  if (!version.startsWith("2.1")) throw new Error(`it is SARIF ${shown(version, 20)}; 2.1 is read`);
  const findings = new Findings();
  const failures = runs.length === 0 ? ["no tool ran: it has no runs"] : [];
  const commits = new Set<string>();
  let at: StatedTime | undefined;
  for (const one of runs) {
    const name = shown(one.tool.driver.name, 80);
    const { results, invocations = [], versionControlProvenance = [] } = one;
    if (invocations.some((invocation) => invocation.executionSuccessful === false))
      failures.push(`${name} itself failed`);
    if (!Array.isArray(results)) failures.push(`${name} has no list of results`);
    for (const { endTimeUtc, startTimeUtc } of invocations) at = earliest(at, statedTime(endTimeUtc ?? startTimeUtc));
    for (const { revisionId } of versionControlProvenance) if (revisionId !== undefined) commits.add(shown(revisionId));
    const rules = rulesOf(one.tool);
    for (const found of results ?? []) addResult(findings, found, rules, one.tool.driver.rules ?? []);
  }
  return {
    tool: shown(runs.map(({ tool }) => tool.driver.name).join(", ") || "SARIF", 100),
    kind: "scan",
    ...findings.summary(),
    cleared: [],
    ...(failures.length === 0 ? {} : { failure: shown(failures.join("; ")) }),
    ...(at === undefined ? {} : { at: at.at }),
    commits: [...commits].slice(0, 10),
  };
}

type Result = z.infer<typeof result>;

const harmlessKinds = new Set(["pass", "notApplicable", "informational"]);

function addResult(findings: Findings, it: Result, rules: ReadonlyMap<string, Rule>, own: readonly Rule[]): void {
  if (it.baselineState === "absent") return;
  const id = it.ruleId ?? it.rule?.id;
  const index = it.ruleIndex ?? it.rule?.index;
  const stated = id === undefined ? undefined : (rules.get(id) ?? rules.get(id.replace(/\/[^/]*$/, "")));
  const of = stated ?? (id === undefined && index !== undefined ? own[index] : undefined);
  const where = it.locations?.[0]?.physicalLocation?.artifactLocation?.uri;
  const severity = harmlessKinds.has(it.kind ?? "fail") ? "info" : severityOfResult(it, of);
  findings.add(id ?? of?.id ?? "", where, severity, (it.suppressions?.length ?? 0) > 0);
}

function severityOfResult(it: Result, of: Rule | undefined): FindingSeverity {
  const stated = it.properties?.["security-severity"] ?? of?.properties?.["security-severity"];
  const number = typeof stated === "string" && /^\d{1,2}(\.\d{1,9})?$/.test(stated) ? Number(stated) : stated;
  const scored = typeof number === "number" ? severityOfScore(number) : undefined;
  return scored ?? severityOf("SARIF level", it.level ?? of?.defaultConfiguration?.level ?? "warning");
}

function rulesOf(tool: z.infer<typeof run>["tool"]): ReadonlyMap<string, Rule> {
  const all = [tool.driver, ...(tool.extensions ?? [])].flatMap((it) => it.rules ?? []);
  return new Map(all.map((it) => [it.id, it]));
}
