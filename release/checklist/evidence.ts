import { z } from "zod";
import { spokenDuration } from "../duration.ts";
import type { Judging } from "./item.ts";

/** Clocks of two machines differ; what is further ahead than this is from the future. Milliseconds. */
export const clockSkew = 120_000;

/** Where a finding comes from, as it is shown. */
export interface EvidenceRef {
  /** File relative to the project, or what else was read. */
  readonly source: string;
  readonly sha256?: string | undefined;
  /** ISO time at which it was made. */
  readonly at?: string | undefined;
}

/**
 * One piece of evidence as it was read. `commit` and `at` come from its record (`greenlight evidence add`), or from the piece
 * itself where its format has them; both are absent when nothing says them.
 */
export const evidenceFact = z.strictObject({
  source: z.string().max(1_000),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  bytes: z.number().int().nonnegative().optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  /** Why it cannot be taken: missing, empty, truncated, out of the project, changed since it was recorded, of no known format. */
  problem: z.string().max(2_000).optional(),
});
export type EvidenceFact = z.infer<typeof evidenceFact>;

/** Facts of an item that rests on files: each with what its reader made of it, absent when there is a problem. */
export function filesFact<S>(summary: z.ZodType<S>) {
  return z.strictObject({ files: z.array(evidenceFact.extend({ summary: summary.optional() })).max(100) });
}

export function refOf(it: EvidenceFact): EvidenceRef {
  return { source: it.source, sha256: it.sha256, at: it.at };
}

/**
 * Why a piece of evidence says nothing of this release; undefined when it does: it was read, speaks of the very commit, was made
 * after that commit and not in the future, and is not older than `maxAgeMs`.
 */
export function refusalOf(it: EvidenceFact, judging: Judging, maxAgeMs: number): string | undefined {
  const { commit, committedAt, now } = judging;
  if (it.problem !== undefined) return `${it.source}: ${it.problem}`;
  if (it.sha256 === undefined) return `${it.source}: it was not read`;
  if (commit === undefined) return "the manifest names no commit, so no evidence can speak of it";
  if (it.commit === undefined) return `${it.source} does not say of which commit it is`;
  if (it.commit !== commit) {
    return `${it.source} is of commit ${it.commit.slice(0, 12)}, not of ${commit.slice(0, 12)}`;
  }
  if (it.at === undefined) return `${it.source} does not say when it was made`;
  const at = Date.parse(it.at);
  if (at > now.getTime() + clockSkew) return `${it.source} is from the future: ${it.at}`;
  if (committedAt !== undefined && at + clockSkew < committedAt.getTime()) {
    return `${it.source} is from ${it.at}, before the commit that it is said to speak of was made`;
  }
  const age = now.getTime() - at;
  if (age > maxAgeMs) {
    return `${it.source} is ${spokenDuration(age)} old; at most ${spokenDuration(maxAgeMs)} are taken`;
  }
  return undefined;
}

/**
 * Judges an item by its files: every one must be acceptable, and then `judge` sees what they say. No file at all fails.
 */
export function byFiles<S>(
  files: readonly (EvidenceFact & { readonly summary?: S | undefined })[],
  judging: Judging,
  maxAgeMs: number,
  judge: (summaries: readonly S[]) => { readonly verdict: "pass" | "fail"; readonly reason: string },
) {
  const evidence = files.map(refOf);
  if (files.length === 0) return { verdict: "fail" as const, reason: "there is no evidence", evidence };
  const refusals = files.flatMap((it) => refusalOf(it, judging, maxAgeMs) ?? []);
  if (refusals.length > 0) return { verdict: "fail" as const, reason: refusals.slice(0, 5).join("; "), evidence };
  const summaries = files.flatMap((it) => (it.summary === undefined ? [] : [it.summary]));
  if (summaries.length < files.length) {
    return { verdict: "fail" as const, reason: "what the evidence says was not read", evidence };
  }
  return { ...judge(summaries), evidence };
}
