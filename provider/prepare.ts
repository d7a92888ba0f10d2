import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import type { Handlers } from "./provider.ts";

const argsShape = z.strictObject({ platform: z.string().max(30) });

/**
 * The function `greenlight:index:prepare` with a `platform`: begins to read the code of that platform's resource types, one after the
 * other, so that what the engine asks meanwhile comes first. A program calls it before it reads its own settings: this process is up,
 * and knows its types, when the first resource comes.
 *
 * @returns when all are read; what cannot be read is told when a resource of that type comes
 */
export async function prepare(handlers: Handlers, args: unknown): Promise<void> {
  const { platform } = argsShape.parse(args);
  for (const [type, load] of Object.entries(handlers)) {
    if (!["index", platform].some((it) => type.startsWith(`greenlight:${it}:`))) continue;
    await load().catch(() => undefined);
    await setImmediate();
  }
}
