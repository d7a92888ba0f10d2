import { parentPort } from "node:worker_threads";
import { readIssues } from "../../../release/evidence/issues/readIssues.ts";
import { readPerformanceReport } from "../../../release/evidence/performance/readPerformanceReport.ts";
import { readSecurityReport } from "../../../release/evidence/security/readSecurityReport.ts";
import { readTestReport } from "../../../release/evidence/tests/readTestReport.ts";
import { sentence } from "../../../release/problem.ts";
import type { ReaderName, Reading } from "./readers.ts";

/** What a thread says of a report. */
export type Answer = { readonly summary: object } | { readonly problem: string };

/** Loaded at once: a thread that is loaded by `require` cannot `import()` TypeScript. */
const readers: Readonly<Record<ReaderName, (bytes: Buffer, refs: readonly string[]) => object>> = {
  tests: readTestReport,
  performance: readPerformanceReport,
  security: readSecurityReport,
  issues: readIssues,
};

function answerTo({ reader, bytes, refs }: Reading): Answer {
  try {
    return { summary: readers[reader](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), refs) };
  } catch (error) {
    return { problem: sentence(error) };
  }
}

parentPort?.on("message", (reading: Reading) => parentPort?.postMessage(answerTo(reading)));
