import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { waiting } from "./waiting.ts";

/** Begins with what waits longest; the others come in the usual order. */
export class Sequence extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = waiting.indexOf(relative(process.cwd(), moduleId));
      return at < 0 ? waiting.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
