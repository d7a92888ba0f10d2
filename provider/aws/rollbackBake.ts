import { z } from "zod";
import { type Arming, bakeBegins } from "../../release/automaticRollback/arming.ts";
import { handler, type Step } from "../handler.ts";
import { withRecord } from "./rollbackArming.ts";

const inputs = z.strictObject({
  region: z.string(),
  /** Name of the parameter that holds the record. */
  parameter: z.string(),
  /** ISO time at which traffic was read to be where the update wants it. */
  readAt: z.string(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly begun: boolean;
}

/**
 * Stands after the reading back of a switch: the bake begins now. The record before the rules may be hours old, where an update stopped
 * between the two and was run again.
 */
export const rollbackBake = handler<Inputs, Outputs>({
  inputs,
  remarks: ["region", "parameter"],
  async create(step, it) {
    return { id: "rollback-bake", outputs: await begin(step, it) };
  },
  async read(_, __, state) {
    return { begun: state.begun };
  },
  async update(step, _, __, news) {
    return begin(step, news);
  },
  async delete() {
    // It leaves nothing behind; the record goes with the arming.
  },
});

async function begin(step: Step, it: Inputs): Promise<Outputs> {
  return withRecord(step, it, async (record) => {
    const read = await record.read();
    const begun: Arming | undefined = bakeBegins(read?.arming, read?.at ?? 0);
    if (begun !== undefined) await record.write(begun);
    return { begun: begun !== undefined };
  });
}
