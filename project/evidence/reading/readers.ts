import type { readIssues } from "../../../release/evidence/issues/readIssues.ts";
import type { readPerformanceReport } from "../../../release/evidence/performance/readPerformanceReport.ts";
import type { readSecurityReport } from "../../../release/evidence/security/readSecurityReport.ts";
import type { readTestReport } from "../../../release/evidence/tests/readTestReport.ts";

/** Readers of what may be large. Each is loaded when it is asked for: not every release has every kind of report. */
export const readers = {
  tests: async (): Promise<typeof readTestReport> =>
    (await import("../../../release/evidence/tests/readTestReport.ts")).readTestReport,
  performance: async (): Promise<typeof readPerformanceReport> =>
    (await import("../../../release/evidence/performance/readPerformanceReport.ts")).readPerformanceReport,
  security: async (): Promise<typeof readSecurityReport> =>
    (await import("../../../release/evidence/security/readSecurityReport.ts")).readSecurityReport,
  issues: async (): Promise<typeof readIssues> =>
    (await import("../../../release/evidence/issues/readIssues.ts")).readIssues,
} as const;

export type ReaderName = keyof typeof readers;
/** What a reader makes of a report. */
export type SummaryOf<Name extends ReaderName> = ReturnType<Awaited<ReturnType<(typeof readers)[Name]>>>;

/** A report to read. */
export interface Reading {
  readonly reader: ReaderName;
  readonly bytes: Uint8Array;
  /** For `issues`: references whose state is to be told. */
  readonly refs: readonly string[];
}

/** Reads a report in this very thread. @throws as its reader */
export async function readHere({ reader, bytes, refs }: Reading): Promise<object> {
  const own = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (reader) {
    case "tests":
      return (await readers.tests())(own);
    case "performance":
      return (await readers.performance())(own);
    case "security":
      return (await readers.security())(own);
    case "issues":
      return (await readers.issues())(own, refs);
  }
}
