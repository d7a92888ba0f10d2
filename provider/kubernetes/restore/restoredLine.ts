import { z } from "zod";
import { lastSaid } from "../dump/dumpLine.ts";

const restoredShape = z.object({
  /** `find`: the claim holds no whole database; `settings`: they do not fit it; then how far it came up and could be read. */
  stage: z.enum(["find", "settings", "start", "read", "done", "ended"]),
  /** Version of the server that came up; empty while none has. */
  server: z.string().max(200),
  databases: z.number().int().nonnegative(),
  tables: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  /** Whether each page that was read was compared with its checksum. */
  checksums: z.boolean(),
});

/** How far a database came up from a snapshot of its volume, and what was read of it. */
export type SaidRestored = z.infer<typeof restoredShape>;

/** What the last line `greenlight-restored {…}` tells; undefined where there is none. */
export function restoredLine(output: string): SaidRestored | undefined {
  return lastSaid(output, "greenlight-restored", restoredShape);
}
