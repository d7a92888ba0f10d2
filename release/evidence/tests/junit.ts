import { SaxesParser, type SaxesTagPlain } from "saxes";
import { reportText } from "../reportText.ts";
import { shown } from "../shown.ts";
import { JUnitCount } from "./junitCount.ts";
import type { TestsSummary } from "./summary.ts";

/** Deepest nesting of elements that is read. */
const deepest = 50;

/**
 * Reads JUnit XML as a stream, by its test cases: the totals in its attributes are only compared. Memory is bounded by the names in
 * the summary and the longest single attribute.
 *
 * @throws Error with one sentence for what is not well-formed, has a DOCTYPE or entities of its own, is nested deeper than 50
 *   elements, or is XML of another kind
 */
export function readJUnit(bytes: Buffer): TestsSummary {
  const parser = new SaxesParser({ xmlns: false });
  const count = new JUnitCount();
  let depth = 0;
  let broken: Error | undefined;
  const refuse = (reason: string): void => {
    broken ??= new Error(reason);
    throw broken;
  };
  parser.on("error", (error) => refuse(`its XML is not well-formed: ${shown(error.message)}`));
  parser.on("doctype", () => refuse("it has a DOCTYPE, which no test runner writes; entities are not taken"));
  parser.on("opentag", (tag: SaxesTagPlain) => {
    depth += 1;
    if (depth === 1 && tag.name !== "testsuites" && tag.name !== "testsuite") {
      refuse(`it is XML, but its root is <${shown(tag.name, 60)}>, not <testsuites> as JUnit's`);
    }
    if (depth > deepest) refuse(`its XML is nested deeper than ${deepest} elements`);
    count.open(tag.name, tag.attributes);
  });
  parser.on("closetag", (tag: SaxesTagPlain) => {
    depth -= 1;
    count.close(tag.name);
  });
  for (const piece of reportText(bytes)) parser.write(piece);
  parser.close();
  return count.summary();
}
