import { z } from "zod";
import { type PerformanceSummary, performanceSummary } from "../../../evidence/performance/summary.ts";
import { count, milliseconds, percent } from "../../../wording.ts";
import { byFiles, filesFact } from "../../evidence.ts";
import { item } from "../../item.ts";
import { contradictionOf } from "../../saidItself.ts";

/** How old a load test may be: 7 days. Milliseconds. */
const maxAge = 7 * 24 * 3_600_000;

const facts = filesFact(performanceSummary).extend({
  /** What the manifest asks for; latencies in milliseconds. Absent when it names none. */
  targets: z
    .strictObject({
      p95: z.number().positive().optional(),
      p99: z.number().positive().optional(),
      /** Largest share of failed requests, 0 to 1. */
      errorRate: z.number().min(0).max(1),
      /** Fewest requests that say anything. */
      requests: z.number().positive(),
      /** Fewest requests a second. */
      throughput: z.number().nonnegative().optional(),
    })
    .refine((it) => it.p95 !== undefined || it.p99 !== undefined, "a target for p95 or p99")
    .optional(),
});
type Targets = NonNullable<z.infer<typeof facts>["targets"]>;

/** The seed's "Performance tests: Within targets". */
export const performanceTests = item({
  id: "tests/performance",
  group: "tests",
  title: "Performance tests: Within targets",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule:
    "Every report of a load test (k6, autocannon, JMeter, Gatling) holds the manifest's targets: p95 or p99, share of failed requests " +
    "(1 % unless stated), number of requests (1000 unless stated), throughput; and the test held its own thresholds. A target that the " +
    "report says nothing of fails. At most 7 days old.",
  mend:
    "run the load test against the release's commit, then greenlight evidence add <version> tests/performance <summary.json>; targets stand " +
    "under evidence.tests/performance.targets",
  facts,
  judge({ files, targets }, judging) {
    return byFiles(files, judging, maxAge, (summaries) => {
      if (targets === undefined) return { verdict: "fail", reason: "the manifest states no targets" };
      const faults = [
        ...files.flatMap((it) => misses(it.summary, targets).map((miss) => `${miss} (${it.source})`)),
        ...files.flatMap((it) => contradictionOf(it, it.summary ?? {}, judging, maxAge) ?? []),
      ];
      if (faults.length > 0) return { verdict: "fail", reason: faults.slice(0, 5).join("; ") };
      return { verdict: "pass", reason: summaries.map((it) => seen(it, targets)).join("; ") };
    });
  },
});

/** What a report does not hold, or does not say. */
function misses(it: PerformanceSummary | undefined, targets: Targets): string[] {
  if (it === undefined || it.requests === 0) return ["no request was made"];
  const { requests, failed } = it;
  const share = failed / requests;
  return [
    ...latencyMiss("p95", it.p95Ms, targets.p95),
    ...latencyMiss("p99", it.p99Ms, targets.p99),
    ...(share > targets.errorRate
      ? [`${percent(share)} of ${count(requests)} requests failed, more than ${percent(targets.errorRate)}`]
      : []),
    ...(requests < targets.requests
      ? [`only ${count(requests)} requests were made, fewer than ${count(targets.requests)}`]
      : []),
    ...throughputMiss(it.throughput, targets.throughput),
    ...it.broken.map((rule) => `its own threshold ${rule} was crossed`),
  ];
}

function latencyMiss(name: "p95" | "p99", seenMs: number | undefined, target: number | undefined): string[] {
  if (target === undefined) return [];
  if (seenMs === undefined) return [`it says nothing of ${name}, for which there is a target`];
  return seenMs <= target ? [] : [`${name} is ${milliseconds(seenMs)}, over ${milliseconds(target)}`];
}

function throughputMiss(seenRate: number | undefined, target: number | undefined): string[] {
  if (target === undefined) return [];
  if (seenRate === undefined) return ["it says nothing of throughput, for which there is a target"];
  return seenRate >= target ? [] : [`throughput is ${rate(seenRate)}, under ${rate(target)}`];
}

const rate = (value: number): string => `${Number(value.toFixed(1))} requests a second`;

function seen(it: PerformanceSummary, targets: Targets): string {
  const notes = it.notes.length === 0 ? "" : ` (${it.notes.join("; ")})`;
  return [
    ...(targets.p95 === undefined
      ? []
      : [`p95 ${milliseconds(it.p95Ms ?? 0)} of at most ${milliseconds(targets.p95)}`]),
    ...(targets.p99 === undefined
      ? []
      : [`p99 ${milliseconds(it.p99Ms ?? 0)} of at most ${milliseconds(targets.p99)}`]),
    `${percent(it.failed / it.requests)} of ${count(it.requests)} requests failed by ${it.tool}${notes}`,
  ].join(", ");
}
