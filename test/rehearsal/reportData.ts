import type { Answered, Point } from "../../rehearsal/report/points.ts";
import type { RehearsalReport } from "../../rehearsal/report/rehearsalReport.ts";
import type { ScenarioSummary, Summary } from "../../rehearsal/summary.ts";

const began = Date.parse("2026-03-04T14:00:00.000Z");

/** Nothing was played, as when the first step failed. */
export const emptyReport: RehearsalReport = {
  summary: {
    ok: false,
    quick: true,
    platform: "local",
    startedAt: new Date(began).toISOString(),
    durationMs: 0,
    requests: 0,
    failed: 0,
    failedWhereAllowed: 0,
    load: { ratePerSecond: 520, cpuShare: 0 },
    scenarios: [],
    switches: { count: 0, lastOldAnswerMs: { median: null, max: null } },
    rollbacks: { verdictToLastBadAnswerMs: [] },
    memory: { peakBytes: 0, at: null, measure: "rss", by: {} },
    servedAtTheEnd: "Nothing was deployed.",
    tools: {},
    machine: { cores: 1, memoryBytes: 1, system: "Linux" },
  },
  points: [],
  thresholds: { errorRate: 0.01, p95Ms: 2000 },
  verdicts: [],
};

const titles: readonly [string, string, boolean][] = [
  [
    "First deployment",
    "It serves 12.3 s after the command was given, judged go; 7,205 of 7,205 requests answered by v1.0.0.",
    false,
  ],
  ["A good release with a migration", "Green v1.1.0 serves 100 % after 32.1 s; 0 of 17,903 requests failed.", false],
  [
    "20 switches back and forth",
    "20 switches; the old side's last answer came 7.3 ms after the switch (median; at most 28 ms).",
    false,
  ],
  [
    "A release that answers 5 % errors",
    "No-go after 5.1 s: error rate of api 5.03 % (threshold 1 %, 1,887 requests, 95 failed, since 10:17:09). From the verdict to the last answer of the bad version: 65 ms.",
    true,
  ],
  [
    "A release that never becomes healthy",
    "Stopped after 22.5 s at deploy: 2 of 4 instances of blue v1.2.2 did not answer well.",
    false,
  ],
  [
    "kill -9 of the proxy",
    "envoy came back; `greenlight status` content after 1.2 s; 38 of 2,400 requests failed (30 reset, 8 connect).",
    true,
  ],
  ["pulumi destroy", "10 supervised processes ended in 2.6 s; 0 processes, 0 ports of 16 and 0 folders left.", false],
];
const each = 40;

/** A rehearsal of some minutes in which everything went as it should but the last. */
export function fullReport(change: Partial<Summary> = {}): RehearsalReport {
  const points = Array.from({ length: titles.length * each }, (_, second) => pointAt(second));
  const scenarios = titles.map(
    ([title, seen, allowsFailures], index): ScenarioSummary => ({
      name: `scenario-${index}`,
      title,
      expected: "It goes out under load: snapshot, migration, gates, switch, watch, go; no request fails.",
      seen,
      ok: index < titles.length - 1,
      allowsFailures,
      startedAt: began + index * each * 1000,
      durationMs: each * 1000,
      requests: each * 520,
      failed: allowsFailures ? 117 : 0,
      facts: {},
    }),
  );
  return {
    summary: {
      ...emptyReport.summary,
      durationMs: titles.length * each * 1000,
      requests: 145_600,
      failedWhereAllowed: 234,
      scenarios,
      switches: { count: 21, lastOldAnswerMs: { median: 7.3, max: 28.1 } },
      rollbacks: { verdictToLastBadAnswerMs: [65.2, 46] },
      memory: {
        peakBytes: 912_000_000,
        at: 90_000,
        measure: "pss",
        by: { services: 135e6, engine: 149e6, command: 160e6 },
      },
      servedAtTheEnd: "blue v1.3.0 serves 100 %.",
      tools: { Node: "20.20.2", Pulumi: "3.259.0 (cache)", Envoy: "1.40.0 (cache)", PostgreSQL: "15.18 (installed)" },
      machine: { cores: 2, memoryBytes: 25e9, system: "Linux 6.18 x64" },
      ...change,
    },
    points,
    thresholds: { errorRate: 0.01, p95Ms: 2000 },
    verdicts: [
      {
        at: began + 60_000,
        version: "v1.1.0",
        verdict: "go",
        sentence: "Go after 12 s: error rate of api 0 %; P95 of api 9.3 ms.",
      },
      {
        at: began + 145_000,
        version: "v1.2.0",
        verdict: "no-go",
        sentence:
          "No-go after 5.1 s: error rate of api 5.03 % (threshold 1 %, 1,887 requests, 95 failed, since 10:17:09).",
        afterwards: "Traffic went back to green v1.1.0 in 5 ms: green v1.1.0 serves 100 % (read back 10:35:16).",
      },
    ],
  };
}

function pointAt(second: number): Point {
  const scenario = Math.floor(second / each);
  const bad = scenario === 3 && second % each > 20 && second % each < 28;
  const dead = scenario === 5 && second % each < 2;
  const green = (scenario > 1 || (scenario === 1 && second % each > 20)) && !bad;
  const version = bad ? "v1.2.0" : green ? "v1.1.0" : "v1.0.0";
  const p95Ms = 4 + ((second * 7919) % 13) * (second % 9 === 0 ? 12 : 1);
  const one: Answered = { environment: green ? "green" : "blue", version, requests: 520, failed: bad ? 26 : 0, p95Ms };
  const refused: Answered = { environment: undefined, version: "unknown", requests: 300, failed: 300, p95Ms: null };
  const answered = dead ? [{ ...one, requests: 220 }, refused] : [one];
  return { at: began + second * 1000, seconds: 1, answered };
}

export const hostileText = `</style></svg><script>alert(1)</script><img src="https://evil.example/x" onerror='x'>&"\`${String.fromCharCode(0x202e, 0)}`;

/** The same with every text chosen by somebody who wishes the reader ill. */
export function hostileReport(): RehearsalReport {
  const it = fullReport();
  return {
    ...it,
    points: it.points.map((point) => ({
      ...point,
      answered: point.answered.map((answered) => ({ ...answered, version: hostileText })),
    })),
    verdicts: it.verdicts.map((verdict) => ({
      ...verdict,
      version: hostileText,
      sentence: hostileText,
      afterwards: hostileText,
    })),
    summary: {
      ...it.summary,
      platform: hostileText,
      servedAtTheEnd: hostileText,
      tools: { [hostileText]: hostileText },
      machine: { ...it.summary.machine, system: hostileText },
      memory: { ...it.summary.memory, by: { [hostileText]: 1 } },
      scenarios: it.summary.scenarios.map((one) => ({
        ...one,
        name: hostileText,
        title: hostileText,
        expected: hostileText,
        seen: hostileText,
      })),
    },
  };
}
