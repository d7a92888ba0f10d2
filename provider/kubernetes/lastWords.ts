import type { Client } from "./client.ts";
import type { PodTrouble } from "./podTrouble.ts";

const lines = 15;

/**
 * The last lines that a container in trouble wrote, of the run that ended where there is one; empty where it wrote none or they cannot be
 * read. They help to mend it, and their absence must not hide what is wrong.
 */
export async function lastWordsOf({ core, namespace }: Client, { pod, log }: PodTrouble): Promise<string> {
  for (const previous of [true, false]) {
    try {
      const text = await core.readNamespacedPodLog({
        namespace,
        name: pod,
        ...(log === undefined ? {} : { container: log }),
        previous,
        tailLines: lines,
        limitBytes: 16_384,
      });
      if (text.trim() !== "") return text.trimEnd().slice(-4_000);
    } catch {
      // Nothing kept of an earlier run, or no right to read logs.
    }
  }
  return "";
}
