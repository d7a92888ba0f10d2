import { gateRefusal, oldestStaging, timeRefusal } from "../../../evidence/staging/gateRefusal.ts";
import {
  type ReleasedSummary,
  releasedSummary,
  type StagingSummary,
  stagingSummary,
} from "../../../evidence/staging/stagingSummary.ts";
import { byFiles, filesFact } from "../../evidence.ts";
import { item } from "../../item.ts";
import { contradictionOf } from "../../saidItself.ts";

/** The seed's "Smoke tests pass in staging". */
export const stagingSmoke = item({
  id: "infrastructure/staging-smoke",
  group: "infrastructure",
  title: "Smoke tests pass in staging",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "The staging stack's exported state has the proof that the smoke gate passed for this very version in the environment that serves there, within 7 days; or `greenlight release --json` ended there with this version released and its user flows working.",
  mend: "release the version to staging, and record the export of that stack, or what `greenlight release --json` printed there, with `greenlight evidence add <version> infrastructure/staging-smoke <file>`",
  facts: filesFact(stagingSummary.or(releasedSummary)),
  judge({ files }, judging) {
    const { version, now } = judging;
    const contradiction = files.flatMap(
      (it) => contradictionOf(it, { at: timeOf(it.summary) }, judging, oldestStaging) ?? [],
    )[0];
    return byFiles<StagingSummary | ReleasedSummary>(files, judging, oldestStaging, (summaries) => {
      if (contradiction !== undefined) return { verdict: "fail", reason: contradiction };
      const fault = summaries.flatMap((it) => refusal(it, version, now) ?? [])[0];
      if (fault !== undefined) return { verdict: "fail", reason: fault };
      const said = summaries.map((it) => `at ${timeOf(it) ?? "an unknown time"}`);
      return { verdict: "pass", reason: `smoke tests of ${version} passed in staging ${said.join(", ")}` };
    });
  },
});

function refusal(it: StagingSummary | ReleasedSummary, version: string, now: Date): string | undefined {
  if (it.from !== "release") {
    const serves = it.versions[it.live];
    if (serves !== version) return `${serves ?? "nothing"} is live there, not ${version}`;
    return gateRefusal(it, "smoke", version, now);
  }
  if (it.version !== version) return `it is the release of ${it.version}, not of ${version}`;
  if (!it.ok || it.outcome !== "released") return `the release to staging ended ${it.outcome}`;
  if (it.serving !== version) return `${it.serving ?? "nothing"} served when it ended, not ${version}`;
  if (it.userFlows !== "met") return `user flows there: ${it.userFlows}`;
  if (it.gatesAt === undefined) return "it does not say that its gates passed";
  return timeRefusal("the smoke gate", Date.parse(it.gatesAt), now);
}

function timeOf(it: StagingSummary | ReleasedSummary | undefined): string | undefined {
  if (it === undefined) return undefined;
  if (it.from === "release") return it.gatesAt;
  return it.gates.findLast((one) => one.gate === "smoke" && one.environment === it.live)?.at;
}
