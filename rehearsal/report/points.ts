import type { EnvironmentName } from "../../release/environment.ts";
import { isEnvironmentName } from "../../release/environment.ts";
import type { Bucket } from "../load/answers.ts";

/** What one environment's version answered within one interval. */
export interface Answered {
  /** Undefined: nobody said who answered, as when a connection was refused. */
  readonly environment: EnvironmentName | undefined;
  readonly version: string;
  readonly requests: number;
  readonly failed: number;
  /** Null when nothing was answered. */
  readonly p95Ms: number | null;
}

/** One interval of the charts' time axis. */
export interface Point {
  /** Its begin, epoch milliseconds. */
  readonly at: number;
  readonly seconds: number;
  readonly answered: readonly Answered[];
}

/** The load's seconds as points; the services of one environment and version are taken together. */
export function pointsOf(timeline: readonly Bucket[]): Point[] {
  return timeline.map(({ at, parts }) => {
    const answered = new Map<string, Answered>();
    for (const part of parts) {
      const environment = isEnvironmentName(part.environment) ? part.environment : undefined;
      const key = `${environment} ${part.version}`;
      const before = answered.get(key);
      answered.set(key, {
        environment,
        version: part.version,
        requests: (before?.requests ?? 0) + part.requests,
        failed: (before?.failed ?? 0) + part.failed,
        // The slower service: averaging percentiles would hide it.
        p95Ms: highest(before?.p95Ms ?? null, part.p95Ms),
      });
    }
    return { at, seconds: 1, answered: [...answered.values()] };
  });
}

/** The same with at most `most` points, neighbours taken together, so that a long run stays a small file. */
export function thinned(points: readonly Point[], most: number): Point[] {
  const each = Math.ceil(points.length / most);
  if (each <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / each) }, (_, index) =>
    together(points.slice(index * each, (index + 1) * each)),
  );
}

function together(points: readonly Point[]): Point {
  const answered = new Map<string, Answered>();
  for (const it of points.flatMap((point) => point.answered)) {
    const key = `${it.environment} ${it.version}`;
    const before = answered.get(key);
    answered.set(key, {
      ...it,
      requests: (before?.requests ?? 0) + it.requests,
      failed: (before?.failed ?? 0) + it.failed,
      p95Ms: highest(before?.p95Ms ?? null, it.p95Ms),
    });
  }
  return {
    at: points[0]?.at ?? 0,
    seconds: points.reduce((sum, point) => sum + point.seconds, 0),
    answered: [...answered.values()],
  };
}

function highest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
