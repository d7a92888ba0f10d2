import { readJson } from "../reportJson.ts";
import { firstText } from "../reportText.ts";
import { isAutocannon, readAutocannon } from "./autocannon.ts";
import { isGatlingStats, readGatlingStats } from "./gatling.ts";
import { isBinaryGatlingLog, isGatlingLog, readGatlingLog } from "./gatlingLog.ts";
import { isJMeter, readJMeter } from "./jmeter.ts";
import { isK6, readK6 } from "./k6.ts";
import { isK6Machine, readK6Machine } from "./k6Machine.ts";
import type { PerformanceSummary } from "./summary.ts";

/**
 * Reads a load test's report, by what it holds, not by its name: a summary of k6 (`--summary-export` or handleSummary), autocannon's
 * JSON, a JMeter result file in CSV, Gatling's `simulation.log` (text, up to 3.10) or `stats.json`.
 *
 * @throws Error with one sentence for anything else
 */
export function readPerformanceReport(bytes: Buffer): PerformanceSummary {
  if (isBinaryGatlingLog(bytes)) {
    throw new Error(
      "it is Gatling's binary simulation.log, which only Gatling itself reads; export its statistics as JSON",
    );
  }
  const start = firstText(bytes).trimStart();
  if (isJMeter(start)) return readJMeter(bytes);
  if (isGatlingLog(start)) return readGatlingLog(bytes);
  if (!start.startsWith("{")) throw new Error(unknown(start));
  const report = readJson(bytes);
  if (typeof report === "object" && report !== null) {
    if (isK6(report)) return readK6(report);
    if (isK6Machine(report)) return readK6Machine(report);
    if (isAutocannon(report)) return readAutocannon(report);
    if (isGatlingStats(report)) return readGatlingStats(report);
  }
  throw new Error(unknown(start));
}

function unknown(start: string): string {
  const expected =
    "a summary of k6, autocannon's JSON, JMeter's CSV with its heading, or Gatling's simulation.log or stats.json";
  if (start.startsWith("<testResults")) return "it is JMeter's XML; have JMeter save CSV";
  if (/^\d{10,16}[,;\t]/.test(start)) return "it may be JMeter's CSV, but its heading is missing";
  return `it is no load test's report that is known: ${expected}`;
}
