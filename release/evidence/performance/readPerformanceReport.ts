import { readJson } from "../reportJson.ts";
import { firstText } from "../reportText.ts";
import { isAutocannon, readAutocannon } from "./autocannon.ts";
import type { PerformanceFormat } from "./formats.ts";
import { isGatlingStats, readGatlingStats } from "./gatling.ts";
import { isBinaryGatlingLog, isGatlingLog, readGatlingLog } from "./gatlingLog.ts";
import { isJMeter, readJMeter } from "./jmeter.ts";
import { isK6, readK6 } from "./k6.ts";
import { isK6Machine, readK6Machine } from "./k6Machine.ts";
import type { PerformanceSummary } from "./summary.ts";

type TextFormat = Extract<PerformanceFormat, "jmeter" | "gatlingLog">;

/** In the order in which they are tried. */
const textReaders: Readonly<
  Record<TextFormat, { is: (start: string) => boolean; read: (bytes: Buffer) => PerformanceSummary }>
> = {
  jmeter: { is: isJMeter, read: readJMeter },
  gatlingLog: { is: isGatlingLog, read: readGatlingLog },
};
const jsonReaders: Readonly<
  Record<
    Exclude<PerformanceFormat, TextFormat>,
    { is: (it: object) => boolean; read: (it: object) => PerformanceSummary }
  >
> = {
  k6: { is: isK6, read: readK6 },
  k6Machine: { is: isK6Machine, read: readK6Machine },
  autocannon: { is: isAutocannon, read: readAutocannon },
  gatlingStats: { is: isGatlingStats, read: readGatlingStats },
};

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
  const text = Object.values(textReaders).find(({ is }) => is(start));
  if (text !== undefined) return text.read(bytes);
  if (!start.startsWith("{")) throw new Error(unknown(start));
  const report = readJson(bytes);
  if (typeof report === "object" && report !== null) {
    const json = Object.values(jsonReaders).find(({ is }) => is(report));
    if (json !== undefined) return json.read(report);
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
