import type { Contender } from "./contender.ts";
import { imageOf } from "./image.ts";
import { type Desk, run } from "./tool.ts";
import { containerImage } from "./workload.ts";

/** A plain Deployment: `kubectl set image`, then `kubectl rollout status`. Nothing of a version is there before its promote. */
export function kubectlRolling(kubectl: string, port: number, desk: Desk): Contender {
  const deployment = "deployment/rolling";
  return {
    name: "kubectl-rolling",
    port,
    made: ({ agent }) => agent.startsWith("kubectl/"),
    prepare: async () => undefined,
    async promote(version) {
      await run(kubectl, ["set", "image", deployment, containerImage(imageOf(version))], desk);
      await run(kubectl, ["rollout", "status", deployment, "--timeout=120s"], desk);
    },
  };
}
