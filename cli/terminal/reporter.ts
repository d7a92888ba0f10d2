import type { Phase } from "../../release/schedule.ts";
import type { Reporter } from "../reporter.ts";
import { plainReporter } from "./reporterPlain.ts";

export interface ReporterOptions {
  /** Lines below each other wherever it runs. */
  readonly log: boolean;
  /** Colours may be used where the terminal has them. */
  readonly color: boolean;
  /** Head of the live display. */
  readonly title: string;
  readonly phases: readonly Phase[];
  /** Aborted when the person asked to stop. */
  readonly signal: AbortSignal;
}

/** One screen for a person at a terminal, else one line an event on stderr: in CI, in pipes and with `--json`. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  const person = process.stderr.isTTY === true && process.env.TERM !== "dumb" && (process.env.CI ?? "") === "";
  if (!person || options.log) return plainReporter(process.stderr);
  const { liveReporter } = await import("./reporterLive.ts");
  return liveReporter(options, process.stderr);
}
