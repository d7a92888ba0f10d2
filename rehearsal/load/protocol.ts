import { z } from "zod";
import { sentence } from "../../release/problem.ts";

const id = z.int().min(0);
const markName = z.string().min(1).max(200);

/** What the parent asks of the load process. `start` comes first and once. */
export const call = z.discriminatedUnion("type", [
  z.strictObject({ id, type: z.literal("start"), options: z.unknown() }),
  z.strictObject({ id, type: z.literal("mark"), name: markName }),
  z.strictObject({ id, type: z.literal("window"), from: id, to: id.optional() }),
  z.strictObject({ id, type: z.literal("timeline") }),
  z.strictObject({ id, type: z.literal("stop") }),
]);

export type Call = z.output<typeof call>;

/** A call without its number. */
export type Ask = Call extends infer Each ? (Each extends Call ? Omit<Each, "id"> : never) : never;

const reply = z.discriminatedUnion("ok", [
  z.object({ id, ok: z.literal(true), value: z.unknown() }),
  z.object({ id, ok: z.literal(false), error: z.string() }),
]);

export type Reply = z.output<typeof reply>;

export function readReply(message: unknown): Reply {
  return reply.parse(message);
}

export function refusal(callId: number, error: unknown): Reply {
  return { id: callId, ok: false, error: sentence(error) };
}
