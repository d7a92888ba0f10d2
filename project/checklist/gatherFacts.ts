import { setMaxListeners } from "node:events";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import { deadlineIn } from "../../release/deadline.ts";
import { sentence } from "../../release/problem.ts";
import type { Gatherers, Gathering } from "./gathering.ts";

/** Longest that one item's facts may take. Milliseconds. */
const longestMs = 30_000;

/**
 * Gathers the facts of every item, side by side. What cannot be gathered leaves its item without facts that fit, and says why.
 *
 * @param phase `review` for a preview that applies nothing
 */
export async function gatherFacts(
  it: Gathering,
  gatherers: Gatherers,
  phase: ChecklistFacts["phase"],
): Promise<ChecklistFacts> {
  const { manifest } = it.manifest;
  // Each item has a deadline of its own that ends with this signal, and may ask git several things: many listen, none is forgotten.
  setMaxListeners(0, it.signal);
  const gathered = await Promise.all(
    Object.entries(gatherers).map(async ([id, gather]) => [id, await factsOf(() => gather(it), it.signal)] as const),
  );
  const committedAt = manifest.commit === undefined ? undefined : await it.git.committedAt(manifest.commit);
  return {
    version: manifest.version,
    ...(manifest.commit === undefined ? {} : { commit: manifest.commit }),
    ...(committedAt === undefined ? {} : { committedAt: committedAt.toISOString() }),
    phase,
    gatheredAt: it.now.toISOString(),
    items: Object.fromEntries(gathered),
    overrides: [...manifest.overrides],
  };
}

async function factsOf(gather: () => ReturnType<Gatherers[string]>, signal: AbortSignal) {
  const deadline = deadlineIn(longestMs, "Gathering its facts", signal);
  const over = new Promise<never>((_, reject) => {
    deadline.signal.addEventListener("abort", () => reject(deadline.signal.reason), { once: true });
  });
  try {
    return await Promise.race([gather(), over]);
  } catch (error) {
    signal.throwIfAborted();
    return { problem: sentence(error).slice(0, 2_000) };
  } finally {
    deadline.end();
  }
}
