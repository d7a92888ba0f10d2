import { z } from "zod";
import { handler } from "../../../provider/handler.ts";

interface Inputs {
  side: string;
}

/** Does nothing in every step. */
export const nothing = handler<Inputs, object>({
  inputs: z.object({ side: z.string() }),
  create: async () => ({ id: "nothing", outputs: {} }),
  update: async () => ({}),
  delete: async () => undefined,
});
