/**
 * Reads a generated JUnit report of so many tests again and again in this process, and prints the milliseconds of each time: the first
 * is the one that `greenlight check` waits for, the others those of a process that has read one before.
 *
 *     node --import tsx bench/junitReading.ts <tests> <times>
 */
import { readTestReport } from "../release/evidence/tests/readTestReport.ts";
import { junitReport } from "./reports/junitReport.ts";

const [tests = 10_000, times = 1] = process.argv.slice(2).map(Number);
const bytes = Buffer.from(junitReport(tests, new Date()));
const ms = Array.from({ length: times }, () => {
  const began = performance.now();
  const read = readTestReport(bytes);
  const took = performance.now() - began;
  if (read.tests !== tests || read.contradictions.length > 0)
    throw new Error(`it read ${read.tests} of ${tests} tests`);
  return took;
});
process.stdout.write(JSON.stringify({ bytes: bytes.length, ms }));
