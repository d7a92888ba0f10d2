import Papa from "papaparse";
import { firstText, wholeText } from "../reportText.ts";
import { plausible, Samples } from "./samples.ts";
import type { PerformanceSummary } from "./summary.ts";

const { parse } = Papa;
const heading = /^"?timeStamp"?([,;\t|])"?elapsed"?\1/;

/** Whether a text starts as a JMeter result file with its heading. */
export function isJMeter(start: string): boolean {
  return heading.test(start);
}

/**
 * Reads a result file of JMeter in CSV (`.jtl`), with its heading; percentiles are over all samples. Rows of transaction controllers
 * add up samples that stand in the file themselves, and are left out.
 */
export function readJMeter(bytes: Buffer): PerformanceSummary {
  const samples = new Samples();
  let columns: Columns | undefined;
  let row = 0;
  // Line ends may be mixed where files were joined.
  parse<string[]>(wholeText(bytes).replaceAll("\r\n", "\n"), {
    newline: "\n",
    delimiter: heading.exec(firstText(bytes))?.[1] ?? ",",
    skipEmptyLines: true,
    step({ data, errors }) {
      row += 1;
      if (errors.length > 0) throw new Error(`row ${row} of it is not CSV: ${errors[0]?.message ?? ""}`);
      if (columns === undefined) columns = columnsOf(data);
      else addRow(samples, columns, data, row);
    },
  });
  return { tool: "JMeter", ...samples.summary(), broken: [], notes: [] };
}

interface Columns {
  readonly all: number;
  readonly timeStamp: number;
  readonly elapsed: number;
  readonly success: number;
  readonly message: number;
  readonly url: number;
}

function columnsOf(names: readonly string[]): Columns {
  const [timeStamp, elapsed, success] = ["timeStamp", "elapsed", "success"].map((name) => names.indexOf(name));
  if (timeStamp === undefined || elapsed === undefined || success === undefined || success < 0) {
    throw new Error("it has no column success; have JMeter save it (jmeter.save.saveservice.successful)");
  }
  const all = names.length;
  return { all, timeStamp, elapsed, success, message: names.indexOf("responseMessage"), url: names.indexOf("URL") };
}

function addRow(samples: Samples, columns: Columns, data: readonly string[], row: number): void {
  if (data.length !== columns.all) {
    throw new Error(`row ${row} of it has ${data.length} fields, not ${columns.all}; it may be cut short`);
  }
  const url = data[columns.url] ?? "";
  const added = (url === "" || url === "null") && /^Number of samples in transaction/.test(data[columns.message] ?? "");
  if (added) return;
  const start = wholeNumber(data[columns.timeStamp]);
  const took = wholeNumber(data[columns.elapsed]);
  if (!plausible(start, took)) throw new Error(`row ${row} of it has no time and duration in milliseconds`);
  samples.add(start, took, data[columns.success]?.toLowerCase() !== "true");
}

function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}
