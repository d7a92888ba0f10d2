import type { EvidenceFormat } from "../format.ts";

/** Reports of load tests that are read; the readers are kept by the same keys. */
export const performanceFormats = {
  k6: { tool: "k6", file: "JSON of `--summary-export`, or of `handleSummary`" },
  k6Machine: { tool: "k6", file: "JSON of `--new-machine-readable-summary`" },
  autocannon: { tool: "autocannon", file: "JSON of `--json`" },
  jmeter: { tool: "JMeter", file: "result file (`.jtl`) in CSV with its heading" },
  gatlingLog: { tool: "Gatling", file: "`simulation.log` in text, as up to 3.10" },
  gatlingStats: { tool: "Gatling", file: "`stats.json`" },
} as const satisfies Readonly<Record<string, EvidenceFormat>>;
export type PerformanceFormat = keyof typeof performanceFormats;
