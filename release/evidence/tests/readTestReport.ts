import { firstText } from "../reportText.ts";
import { readJUnit } from "./junit.ts";
import type { TestsSummary } from "./summary.ts";

/**
 * Reads a test report, by what it holds, not by its name: JUnit XML as vitest, jest-junit, pytest, Playwright and Surefire write it.
 *
 * @throws Error with one sentence for anything else
 */
export function readTestReport(bytes: Buffer): TestsSummary {
  const [start] = firstText(bytes).trimStart();
  if (start === "<") return readJUnit(bytes);
  throw new Error("it is no JUnit XML; have the test runner write that");
}
