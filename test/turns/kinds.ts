import type { Kind } from "./giveTurns.ts";

/** Files that take another turn than those that compute, in the order in which they begin, before all others. */
const kinds: Readonly<Record<string, Kind>> = {
  "test/rehearsal/quick/aws.test.ts": "rehearsing a cloud",
  "test/rehearsal/quick/kubernetes.test.ts": "rehearsing",
  "test/rehearsal/quick/local.test.ts": "rehearsing",
  // Minutes that a cloud or a Prometheus counts.
  "test/engine/awsCanaryRelease.test.ts": "waiting",
  "test/engine/awsCanary.test.ts": "waiting",
  "test/engine/awsCommands.test.ts": "waiting",
  "test/engine/kubernetesRelease.test.ts": "waiting",
};

/** @param file from the repository on */
export function kindOf(file: string): Kind {
  return kinds[file] ?? "computing";
}

/** Where a file comes of those that begin first; one number for all others, which is greater. */
export function placeOf(file: string): number {
  const all = Object.keys(kinds);
  const at = all.indexOf(file);
  return at < 0 ? all.length : at;
}
