import type { Writable } from "node:stream";
import type { Reporter } from "../reporter.ts";
import { PlainLog } from "./plainLog.ts";

/** One timestamped line an event. */
export function plainReporter(stream: Writable): Reporter {
  const log = new PlainLog();
  const write = (lines: readonly string[]) => {
    for (const line of lines) stream.write(`${line}\n`);
  };
  const timer = setInterval(() => write(log.due(Date.now())), 250);
  timer.unref();
  return {
    tell: (event) => write(log.lines(event, Date.now())),
    close: () => clearInterval(timer),
  };
}
