import { wholeText } from "../reportText.ts";
import { plausible, Samples } from "./samples.ts";
import type { PerformanceSummary } from "./summary.ts";

/** Whether a text starts as Gatling's `simulation.log`, as it was written in text up to Gatling 3.10. */
export function isGatlingLog(start: string): boolean {
  return /^RUN\t/.test(start);
}

/** Whether these are the first bytes of `simulation.log` as Gatling writes it since 3.11: a record of type 0 with its version. */
export function isBinaryGatlingLog(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes[0] === 0 && /^[\0-\x20]{0,6}3\.\d{2}\.\d/.test(bytes.toString("latin1", 0, 16));
}

/** Reads `simulation.log` of Gatling up to 3.10; percentiles are over all requests. */
export function readGatlingLog(bytes: Buffer): PerformanceSummary {
  const samples = new Samples();
  const text = wholeText(bytes);
  if (!text.endsWith("\n")) throw new Error("it is cut short: the last line of its simulation log has no end");
  let row = 0;
  for (const line of lines(text)) {
    row += 1;
    if (!line.startsWith("REQUEST\t")) continue;
    const [, , , from = "", until = "", status] = line.split("\t", 8);
    const start = Number(from);
    const took = Number(until) - start;
    if (!/^\d{1,16}$/.test(from) || !/^\d{1,16}$/.test(until) || !plausible(start, took)) {
      throw new Error(`line ${row} of its simulation log has no start and end in milliseconds`);
    }
    if (status !== "OK" && status !== "KO") throw new Error(`line ${row} of its simulation log is neither OK nor KO`);
    samples.add(start, took, status === "KO");
  }
  return { tool: "Gatling", ...samples.summary(), broken: [], notes: [] };
}

function* lines(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    yield text.slice(at, end === -1 ? text.length : end);
    at = end === -1 ? text.length : end + 1;
  }
}
