import { z } from "zod";
import { type SecurityFinding, type SecuritySummary, securitySummary } from "../../../evidence/security/summary.ts";
import { count } from "../../../wording.ts";
import { byFiles, filesFact } from "../../evidence.ts";
import { item } from "../../item.ts";
import { contradictionOf } from "../../saidItself.ts";
import { acceptedFinding, standingOf } from "./acceptance.ts";

/** How old a scan may be: 7 days. Milliseconds. */
const maxAge = 7 * 24 * 3_600_000;

const facts = filesFact(securitySummary).extend({ accepted: z.array(acceptedFinding).max(200) });

/** The seed's "Security scans: No critical issues"; high ones count as well. */
export const securityScans = item({
  id: "tests/security",
  group: "tests",
  title: "Security scans: No critical issues",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule:
    "At least one scan (SARIF 2.1, npm audit, Trivy) ran to its end, and no critical or high finding is left that is not accepted. A " +
    "finding that the report suppresses counts. It is accepted by the manifest, with a name, a reason and an end at most 90 days ahead, or " +
    "by a CycloneDX VEX that says why it does no harm. At most 7 days old.",
  mend:
    "mend the findings and scan again, then greenlight evidence add <version> tests/security <report>; what is taken for a while stands under " +
    "evidence.tests/security.accepted as { id, reason, by, until }",
  facts,
  judge({ files, accepted }, judging) {
    return byFiles(files, judging, maxAge, (summaries) => {
      const failed = files.flatMap((it) => [
        ...[it.summary?.failure].flatMap((failure) => (failure === undefined ? [] : `${failure} (${it.source})`)),
        ...[{ at: it.summary?.at }, ...(it.summary?.commits ?? []).map((commit) => ({ commit }))].flatMap(
          (said) => contradictionOf(it, said, judging, maxAge) ?? [],
        ),
      ]);
      if (failed.length > 0) return { verdict: "fail", reason: failed.slice(0, 5).join("; ") };
      if (!summaries.some((it) => it.kind === "scan")) {
        return { verdict: "fail", reason: "there is an analysis of findings, but no scan" };
      }
      const cleared = summaries.flatMap((it) => it.cleared);
      const standings = files.flatMap(({ source, summary }) =>
        (summary?.findings ?? []).map((it) => ({ it, source, ...standingOf(it, accepted, cleared, judging.now) })),
      );
      const open = standings.filter((it) => it.open);
      const more = summaries.reduce((sum, it) => sum + it.more, 0);
      if (open.length + more > 0) {
        const first = open.slice(0, 5).map(({ it, source, why }) => findingText(it, source, why));
        const rest = open.length - first.length + more;
        const names = rest > 0 ? [...first, `${count(rest)} more`] : first;
        return {
          verdict: "fail",
          reason: `${worst(
            open.map(({ it }) => it),
            more,
          )}: ${names.join(", ")}`,
        };
      }
      const taken = standings.flatMap((it) => (it.open ? [] : [it.words]));
      return { verdict: "pass", reason: passed(summaries, taken) };
    });
  },
});

function worst(open: readonly SecurityFinding[], more: number): string {
  const critical = open.filter((it) => it.severity === "critical").length;
  const high = open.length - critical;
  const kinds = [
    ...(critical === 0 ? [] : [`${count(critical)} critical`]),
    ...(high === 0 ? [] : [`${count(high)} high`]),
    ...(more === 0 ? [] : [`${count(more)} more critical or high`]),
  ];
  return `${kinds.join(" and ")} ${open.length + more === 1 ? "finding" : "findings"}`;
}

function findingText(it: SecurityFinding, source: string, why: string | undefined): string {
  const notes = [...(it.suppressed ? ["suppressed in the report"] : []), ...(why === undefined ? [] : [why])];
  const place = it.where === undefined ? "" : ` in ${it.where}`;
  return `${it.id}${place} (${[source, ...notes].join(", ")})`;
}

function passed(summaries: readonly SecuritySummary[], taken: readonly string[]): string {
  const sum = (of: (it: SecuritySummary["counts"]) => number) =>
    summaries.reduce((total, { counts }) => total + of(counts), 0);
  const tools = [...new Set(summaries.filter((it) => it.kind === "scan").map((it) => it.tool))].join(", ");
  const rest = `${count(sum((it) => it.medium))} medium, ${count(sum((it) => it.low))} low`;
  const aside = taken.length === 0 ? "" : `; ${taken.slice(0, 5).join("; ")}${taken.length > 5 ? "; …" : ""}`;
  return `no open critical or high finding by ${tools} (${rest})${aside}`;
}
