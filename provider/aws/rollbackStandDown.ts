import { z } from "zod";
import { standDown } from "../../release/automaticRollback/arming.ts";
import { handler, type Step } from "../handler.ts";
import { withRecord } from "./rollbackArming.ts";

const inputs = z.strictObject({
  region: z.string(),
  /** Name of the parameter that holds the record. */
  parameter: z.string(),
  /** The environment that is about to take a version. */
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  /** Whether it is about to run nothing. */
  stopped: z.boolean().optional(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Whether it took back an arming. */
  readonly stoodDown: boolean;
}

/**
 * Stands before everything that a version needs, and before one is stopped: while the environment that traffic would go back to takes another
 * one, or runs none, nothing may send traffic there.
 */
export const rollbackStandDown = handler<Inputs, Outputs>({
  inputs,
  remarks: ["region", "parameter"],
  async create(step, it) {
    return { id: `${it.environment}-stand-down`, outputs: await stand(step, it) };
  },
  async read(_, __, state) {
    return { stoodDown: state.stoodDown };
  },
  async update(step, _, __, news) {
    return stand(step, news);
  },
  async delete() {
    // It leaves nothing behind; the record goes with the arming.
  },
});

async function stand(step: Step, it: Inputs): Promise<Outputs> {
  return withRecord(step, it, async (record) => {
    const read = await record.read();
    const instead = standDown(read?.arming, it.environment, it.version, it.stopped);
    if (instead === undefined) return { stoodDown: false };
    await record.write(instead);
    step.tell(`disarmed: ${instead.why}`);
    return { stoodDown: true };
  });
}
