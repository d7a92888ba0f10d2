import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { placeOf } from "./kinds.ts";

/** Begins with rehearsals and with what waits longest; the others come in the usual order. */
export class Sequence extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => placeOf(relative(process.cwd(), moduleId));
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
