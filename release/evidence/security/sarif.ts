import { z } from "zod";
import { each, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { earliest, type StatedTime, statedTime } from "../statedTime.ts";
import { Findings } from "./findings.ts";
import { type FindingSeverity, severityOf, severityOfScore } from "./severity.ts";
import type { SecuritySummary } from "./summary.ts";

/** Read one by one. */
const list = z.array(z.unknown());
const score = z.object({ "security-severity": z.union([z.string(), z.number()]).optional() });
const rule = z.object({
  id: z.string(),
  defaultConfiguration: z.object({ level: z.string().optional() }).optional(),
  properties: score.optional(),
});
type Rule = z.infer<typeof rule>;
const component = z.object({ name: z.string(), rules: list.optional() });
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
  tool: z.object({ driver: component, extensions: list.optional() }),
  results: list.nullish(),
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
const log = z.object({ version: z.string(), runs: list });

/** For errors. */
const writer = "a SARIF tool";

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
  const { version, runs } = shaped(log, it, writer);
  if (!version.startsWith("2.1")) throw new Error(`it is SARIF ${shown(version, 20)}; 2.1 is read`);
  const findings = new Findings();
  const failures = runs.length === 0 ? ["no tool ran: it has no runs"] : [];
  const commits = new Set<string>();
  let at: StatedTime | undefined;
  const names: string[] = [];
  for (const one of each(run, runs, writer)) {
    const name = shown(one.tool.driver.name, 80);
    if (names.length < 10) names.push(name);
    const { results, invocations = [], versionControlProvenance = [] } = one;
    if (invocations.some((invocation) => invocation.executionSuccessful === false))
      failures.push(`${name} itself failed`);
    if (!Array.isArray(results)) failures.push(`${name} has no list of results`);
    for (const { endTimeUtc, startTimeUtc } of invocations) at = earliest(at, statedTime(endTimeUtc ?? startTimeUtc));
    for (const { revisionId } of versionControlProvenance) if (revisionId !== undefined) commits.add(shown(revisionId));
    const rules = rulesOf(one.tool);
    for (const found of each(result, results ?? [], writer)) addResult(findings, found, rules);
  }
  return {
    tool: shown(names.join(", ") || "SARIF", 100),
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

interface Rules {
  readonly byId: ReadonlyMap<string, Rule>;
  /** Of the tool itself, which a result without an id names by index. */
  readonly own: readonly Rule[];
}

function addResult(findings: Findings, it: Result, { byId, own }: Rules): void {
  if (it.baselineState === "absent") return;
  const id = it.ruleId ?? it.rule?.id;
  const index = it.ruleIndex ?? it.rule?.index;
  const stated = id === undefined ? undefined : (byId.get(id) ?? byId.get(id.replace(/\/[^/]*$/, "")));
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

function rulesOf({ driver, extensions = [] }: z.infer<typeof run>["tool"]): Rules {
  const own = [...each(rule, driver.rules ?? [], writer)];
  const others = [...each(component, extensions, writer)].flatMap((it) => [...each(rule, it.rules ?? [], writer)]);
  return { own, byId: new Map([...own, ...others].map((it) => [it.id, it])) };
}
