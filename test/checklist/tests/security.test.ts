import { describe, expect, it } from "vitest";
import { securityScans } from "../../../release/checklist/items/tests/security.ts";
import { sample, sampleJson } from "../../evidence/readers.ts";
import { commit, type Judged, judged, judgedFacts, refusals } from "./judged.ts";

const good = sample("semgrep/warnings.sarif");
const audit = sample("npm-audit/findings.json");
const vex = sample("specified/vex.cdx.json");
const soon = "2026-12-24T00:00:00Z";
const accepted = (ids: readonly string[], until = soon): string =>
  `accepted: [${ids.map((id) => `{ id: "${id}", reason: not reachable, by: ann, until: "${until}" }`).join(", ")}]`;
const both = ["GHSA-aaaa-bbbb-cccc", "GHSA-gggg-hhhh-iiii"];
const one = (bytes: Buffer | string, plan = ""): Judged => ({ plan, reports: { report: bytes } });
const changed = (path: string, change: (report: ReturnType<typeof sampleJson>) => void): string => {
  const report = sampleJson(path);
  change(report);
  return JSON.stringify(report);
};
const sarif = (change: (run: ReturnType<typeof sampleJson>) => void) =>
  changed("semgrep/findings.sarif", ({ runs }) => change(runs[0]));
const onlyHarmless = (states: readonly string[]) =>
  changed("specified/vex.cdx.json", (it) => {
    it.vulnerabilities = states.map((state, at) => ({
      id: both[at],
      analysis: { state, detail: "it is never called" },
    }));
  });

describe("tests/security", () => {
  it.each(refusals(good))("fails with evidence that is %s", async (_, release, reason) => {
    const verdict = await judged(securityScans, release);
    expect(verdict.verdict).toBe("fail");
    expect(verdict.reason).toMatch(reason);
  });

  it.each<[string, Judged, RegExp]>([
    [
      "a scan without critical or high findings",
      one(good),
      /^no open critical or high finding by Semgrep OSS \(1 medium, 0 low\)$/,
    ],
    ["an audit without findings", one(sample("npm-audit/clean.json")), /by npm audit \(0 medium, 0 low\)/],
    [
      "findings that the manifest accepts for a while",
      one(audit, accepted(both)),
      /GHSA-aaaa-bbbb-cccc accepted by ann until 2026-12-24/,
    ],
    [
      "findings accepted in one package only",
      one(audit, accepted([`${both[0]}@lodash`, `${both[1]}@minimist`])),
      /accepted by ann/,
    ],
    [
      "a suppressed finding that the manifest accepts",
      one(sample("semgrep/findings.sarif"), accepted(["no-eval"])),
      /no-eval accepted/,
    ],
    [
      "findings that a VEX clears with its reason",
      { reports: { audit, vex: onlyHarmless(["not_affected", "false_positive"]) } },
      /GHSA-aaaa-bbbb-cccc not_affected, it is never called/,
    ],
    [
      "CodeQL of the very commit, its finding accepted",
      one(sample("specified/codeql.sarif"), accepted(["js/code-injection"])),
      /by CodeQL \(1 medium, 1 low\)/,
    ],
    [
      "results that say that nothing is wrong",
      one(
        sarif((run) => {
          for (const it of run.results) it.kind = "pass";
        }),
      ),
      /no open/,
    ],
    [
      "results that a baseline knows as gone",
      one(
        sarif((run) => {
          for (const it of run.results) it.baselineState = "absent";
        }),
      ),
      /no open/,
    ],
  ])("passes with %s", async (_, release, reason) => {
    const verdict = await judged(securityScans, release);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.verdict).toBe("pass");
  });

  it.each<[string, Judged, RegExp]>([
    [
      "critical and high findings",
      one(audit),
      /^1 critical and 1 high findings: GHSA-aaaa-bbbb-cccc in lodash \(reports\/report\), GHSA-gggg/,
    ],
    ["high findings alone", one(sample("bandit/findings.sarif")), /^2 high findings: B602 in shop\.py/],
    [
      "a finding that the report suppresses",
      one(
        sarif((run) => {
          run.results = run.results.slice(2);
        }),
      ),
      /^1 critical finding: no-eval in shop\.js \(reports\/report, suppressed in the report\)/,
    ],
    [
      "every finding suppressed as accepted",
      one(
        sarif((run) => {
          for (const it of run.results) it.suppressions = [{ kind: "external", status: "accepted" }];
        }),
      ),
      /suppressed in the report/,
    ],
    [
      "an acceptance that ended",
      one(audit, accepted(both, "2026-11-24T11:59:59Z")),
      /accepted only until 2026-11-24T11:59:59Z/,
    ],
    ["an acceptance for ever", one(audit, accepted(both, "9999-01-01T00:00:00Z")), /accepted for longer than 90 days/],
    ["an acceptance of another finding", one(audit, accepted([both[0] ?? ""])), /^1 high finding: GHSA-gggg-hhhh-iiii/],
    [
      "an acceptance in another package",
      one(audit, accepted([`${both[0]}@express`, both[1] ?? ""])),
      /^1 critical finding/,
    ],
    [
      "an acceptance that only begins like the id",
      one(audit, accepted(["GHSA", ...both.slice(1)])),
      /^1 critical finding/,
    ],
    [
      "an acceptance by look-alike letters",
      one(audit, accepted(["GHSA-аааа-bbbb-cccc", ...both.slice(1)])),
      /^1 critical finding/,
    ],
    ["a VEX alone, which is no scan", one(onlyHarmless(["not_affected"])), /an analysis of findings, but no scan/],
    ["a VEX that calls a finding exploitable", { reports: { good, vex } }, /CVE-2099-0005 in pkg:npm\/express/],
    ["a VEX that does not say why", { reports: { good, vex } }, /CVE-2099-0007/],
    [
      "a VEX that calls resolved what a scan still finds",
      { reports: { audit, vex: onlyHarmless(["resolved", "resolved"]) } },
      /^1 critical and 1 high/,
    ],
    [
      "a VEX of other findings",
      {
        reports: {
          audit,
          vex: changed("specified/vex.cdx.json", (it) => {
            it.vulnerabilities = [];
          }),
        },
      },
      /^1 critical/,
    ],
    [
      "a stale VEX",
      {
        reports: { audit, vex: { bytes: onlyHarmless(["not_affected", "not_affected"]), at: "2026-11-24T00:30:00Z" } },
        now: "2026-12-01T00:45:00Z",
      },
      /vex is .* old/,
    ],
    [
      "a Trivy report with findings of every kind",
      one(sample("specified/trivy.json")),
      /^1 critical and 4 high findings: .*CVE-2099-0003 in minimist/,
    ],
    ["no runs", one('{"version":"2.1.0","runs":[]}'), /no tool ran/],
    [
      "a run without results",
      one(
        sarif((run) => {
          delete run.results;
        }),
      ),
      /Semgrep OSS has no list of results/,
    ],
    [
      "a tool that itself failed",
      one(
        sarif((run) => {
          run.results = [];
          run.invocations[0].executionSuccessful = false;
        }),
      ),
      /Semgrep OSS itself failed/,
    ],
    ["an audit that the registry did not answer", one(sample("npm-audit/failed.json")), /npm audit itself failed/],
    [
      "an audit of nothing",
      one(
        changed("npm-audit/clean.json", (it) => {
          it.metadata.dependencies.total = 0;
        }),
      ),
      /it looked at no dependency/,
    ],
    [
      "an audit whose totals hide findings",
      one(
        changed("npm-audit/findings.json", (it) => {
          it.metadata.vulnerabilities.critical = 0;
        }),
      ),
      /totals say 0 critical, it lists 1/,
    ],
    [
      "an audit whose list hides findings",
      one(
        changed("npm-audit/findings.json", (it) => {
          it.vulnerabilities = {};
        }),
      ),
      /contradicts itself/,
    ],
    [
      "a package without a reason of its own",
      one(
        changed("npm-audit/findings.json", (it) => {
          for (const name of ["lodash", "minimist"]) it.vulnerabilities[name].via = [];
        }),
      ),
      /lodash in lodash/,
    ],
    ["a Trivy report of nothing", one('{"SchemaVersion":2,"ArtifactName":"shop"}'), /nothing that it could look at/],
    ["SARIF of another version", one('{"version":"1.0.0","runs":[]}'), /SARIF 1\.0\.0; 2\.1 is read/],
    [
      "SARIF of another revision",
      one(
        changed("specified/codeql.sarif", (it) => {
          it.runs[0].results = [];
          it.runs[0].versionControlProvenance[0].revisionId = "f".repeat(40);
        }),
      ),
      /itself says that it is of revision ffff/,
    ],
    [
      "SARIF of a branch instead of a revision",
      one(
        changed("specified/codeql.sarif", (it) => {
          it.runs[0].results = [];
          it.runs[0].versionControlProvenance[0].revisionId = "main";
        }),
      ),
      /of revision main/,
    ],
    [
      "SARIF that ended before the commit",
      {
        ...one(
          changed("specified/codeql.sarif", (it) => {
            it.runs[0].results = [];
          }),
        ),
        committedAt: "2026-11-24T00:20:00Z",
      },
      /by its own words .* before the commit/,
    ],
    ["a list of components without vulnerabilities", one('{"bomFormat":"CycloneDX","components":[]}'), /so no VEX/],
    ["a report of tests", one(sample("vitest/passing.xml")), /no security report/],
    [
      "more findings than can be accepted",
      one(
        sarif((run) => {
          run.results = Array.from({ length: 250 }, (_, at) => ({ ruleId: `r${at}`, level: "error" }));
        }),
        accepted(Array.from({ length: 200 }, (_, at) => `r${at}`)),
      ),
      /^50 more critical or high findings: 50 more$/,
    ],
  ])("fails with %s", async (_, release, reason) => {
    const verdict = await judged(securityScans, release);
    expect(verdict.verdict).toBe("fail");
    expect(verdict.reason).toMatch(reason);
  });

  it("judges an acceptance by the clock of whoever judges, not of whoever gathered", () => {
    const summary = {
      tool: "x",
      kind: "scan",
      counts: { critical: 1, high: 0, medium: 0, low: 0, info: 0 },
      findings: [{ id: "CVE-1", severity: "critical", count: 1, suppressed: false }],
      more: 0,
      cleared: [],
      commits: [],
    };
    const file = { source: "x", sha256: "a".repeat(64), at: "2026-11-24T01:00:00Z", commit, summary };
    const facts = {
      files: [file],
      accepted: [{ id: "CVE-1", reason: "why", by: "ann", until: "2026-11-25T00:00:00Z" }],
    };
    expect(judgedFacts(securityScans, facts).verdict).toBe("pass");
    expect(judgedFacts(securityScans, facts, { now: "2026-11-25T00:00:01Z" }).reason).toMatch(/accepted only until/);
  });
});
