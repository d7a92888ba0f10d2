import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { long, waiting } from "./waiting.ts";

const first = [...waiting, ...long];

/** Begins with what waits longest, then what computes longest; the others come in the usual order. */
export class Sequence extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = first.indexOf(relative(process.cwd(), moduleId));
      return at < 0 ? first.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
