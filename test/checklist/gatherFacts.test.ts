import { afterAll, expect, it } from "vitest";
import { gatherFacts } from "../../project/checklist/gatherFacts.ts";
import { Repository } from "../project/repository.ts";
import { gatheringIn, manifestText, version } from "./day/gathering.ts";

const repository = new Repository("alone");
repository.write(`releases/${version}.yaml`, manifestText());
afterAll(() => repository.remove());

it("facts of many items at once are gathered without a warning, and one that cannot be is told for its item alone", async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.name);
  process.on("warning", note);
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `tests/${at}`,
      async () => (at === 7 ? Promise.reject(new Error("git does not answer")) : { at }),
    ]),
  );
  const { items } = await gatherFacts(gatheringIn(repository), many, "day");
  // Node tells warnings on a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  expect(items["tests/7"]).toEqual({ problem: "git does not answer" });
  expect(items["tests/8"]).toEqual({ at: 8 });
  expect(warnings).toEqual([]);
});
