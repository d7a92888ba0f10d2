import { z } from "zod";

/** What the engine keeps of a stack in a folder, as far as it is looked at. */
const shape = z.looseObject({
  checkpoint: z.looseObject({
    latest: z.looseObject({ pending_operations: z.array(z.unknown()).nullish() }).nullish(),
  }),
});

/** A stack's state as the engine wrote it; undefined for what is none. */
export function checkpointIn(bytes: Buffer): z.infer<typeof shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(bytes.toString("utf8"))).data;
  } catch {
    return undefined; // not JSON: whoever needs it says so
  }
}
