import { z } from "zod";

const words = z.string().max(300);
const time = z.iso.datetime({ offset: true });
const share = z.number().int().min(0).max(100);

/** A gate that passed in staging. */
export const stagingGate = z.strictObject({
  gate: z.enum(["health", "smoke"]),
  environment: z.enum(["blue", "green"]),
  version: words,
  at: time,
});

/** What a staging stack's outputs or its exported state say. */
export const stagingSummary = z.strictObject({
  from: z.enum(["outputs", "export"]),
  /** When the state was written; outputs do not say it. */
  at: time.optional(),
  live: z.enum(["blue", "green"]),
  versions: z.strictObject({ blue: words.optional(), green: words.optional() }),
  /** Shares of traffic in percent, as read back there. */
  serving: z.strictObject({ blue: share, green: share }),
  /** Digest of the manifest that the live version was deployed from; outputs may not have it. */
  manifestDigest: words.optional(),
  /** Images with their digests that run in the live environment, by service. */
  images: z.array(z.strictObject({ service: words, image: z.string().max(600) })).max(100),
  gates: z.array(stagingGate).max(20),
  /** What an interrupted update left open. */
  pending: z.number().int().nonnegative(),
});
export type StagingSummary = z.infer<typeof stagingSummary>;

/** The JSON that `greenlight release --json` ends with, as far as its smoke test is concerned. */
export const releasedSummary = z.strictObject({
  from: z.literal("release"),
  version: words,
  ok: z.boolean(),
  outcome: words,
  /** The environment that the version went to and whether it serves there. */
  serving: words.optional(),
  /** When the phase that runs the gates ended; absent when it did not. */
  gatesAt: time.optional(),
  /** The criterion that rests on the smoke tests while watching. */
  userFlows: z.enum(["met", "not met", "unknown"]),
});
export type ReleasedSummary = z.infer<typeof releasedSummary>;
