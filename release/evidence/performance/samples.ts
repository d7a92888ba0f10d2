// Not the whole library: what it prints logs with takes longer to load than a report to read.
import { build } from "hdr-histogram-js/dist/HistogramBuilder.js";
import { throughputOf } from "./throughput.ts";

/** Figures over raw samples, in bounded memory. */
export class Samples {
  /** Milliseconds, exact up to four minutes and to 0.001 % beyond. */
  readonly #latency = build({ numberOfSignificantValueDigits: 5, autoResize: true, useWebAssembly: false });
  #requests = 0;
  #failed = 0;
  #start = Number.POSITIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;

  /** @param start epoch milliseconds @param took milliseconds, at least 0 */
  add(start: number, took: number, failed: boolean): void {
    this.#requests += 1;
    if (failed) this.#failed += 1;
    this.#latency.recordValue(Math.round(took));
    this.#start = Math.min(this.#start, start);
    this.#end = Math.max(this.#end, start + took);
  }

  summary() {
    const seconds = (this.#end - this.#start) / 1_000;
    const start = new Date(this.#start);
    return {
      requests: this.#requests,
      failed: this.#failed,
      ...(this.#requests === 0
        ? {}
        : { p95Ms: this.#latency.getValueAtPercentile(95), p99Ms: this.#latency.getValueAtPercentile(99) }),
      ...throughputOf(this.#requests, seconds),
      ...(Number.isNaN(start.getTime()) ? {} : { at: start.toISOString() }),
    };
  }
}

/** Longest that a sample may have taken; what is longer is no measurement. Milliseconds. */
const longestSample = 24 * 3_600_000;

/** Whether both are numbers that a sample can have. */
export function plausible(start: number, took: number): boolean {
  return start >= 0 && start <= 8.64e15 - longestSample && took >= 0 && took <= longestSample;
}
