import { basename } from "node:path";
import { CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { until } from "../../rehearsal/until.ts";
import { Problem } from "../../release/problem.ts";
import type { ArgoRollouts } from "../../tools/argoRollouts.ts";
import type { Contender } from "./contender.ts";
import { imageOf } from "./image.ts";
import { type Desk, run } from "./tool.ts";
import { containerImage } from "./workload.ts";

const rolloutShape = z.looseObject({
  metadata: z.looseObject({ generation: z.number() }),
  status: z
    .looseObject({
      observedGeneration: z.string().optional(),
      phase: z.string().optional(),
      message: z.string().optional(),
      replicas: z.number().optional(),
    })
    .optional(),
});
export type Rollout = z.infer<typeof rolloutShape>;

/** Rollouts as they are now, asked by nobody's client that is counted. */
export class Rollouts {
  readonly #api: CustomObjectsApi;
  readonly #namespace: string;

  constructor(config: KubeConfig, namespace: string) {
    this.#api = config.makeApiClient(CustomObjectsApi);
    this.#namespace = namespace;
  }

  /** @throws Problem when it is not so within two minutes */
  async until(name: string, what: string, isSo: (it: Rollout) => boolean, signal: AbortSignal): Promise<void> {
    let last: Rollout | undefined;
    const look = async () => {
      const kind = { group: "argoproj.io", version: "v1alpha1", plural: "rollouts", namespace: this.#namespace };
      last = rolloutShape.parse(await this.#api.getNamespacedCustomObject({ ...kind, name }));
      return isSo(last);
    };
    if (await until(look, 120_000, signal)) return;
    throw new Problem({
      happened: `The Rollout ${name} did not come to ${what} within 120 s: it is ${JSON.stringify(last?.status)?.slice(0, 600)}.`,
    });
  }
}

/** Whether the controller has seen it as it is, and says so. */
export function isIn(phase: "Healthy" | "Paused", { metadata, status }: Rollout): boolean {
  return status?.observedGeneration === String(metadata.generation) && status.phase === phase;
}

/** A Rollout that waits for its promote: `kubectl argo rollouts set image`, then `promote` and `status`. */
export function argo(
  name: "argo-bluegreen" | "argo-canary",
  it: {
    readonly port: number;
    readonly tool: ArgoRollouts;
    readonly rollouts: Rollouts;
    readonly desk: Desk;
  },
): Contender {
  const { tool, rollouts, desk } = it;
  const agents = [tool.controller, tool.plugin].map((file) => `${basename(file)}/`);
  return {
    name,
    port: it.port,
    made: ({ agent }) => agents.some((own) => agent.startsWith(own)),
    async prepare(version) {
      await run(tool.plugin, ["set", "image", name, containerImage(imageOf(version))], desk);
      await rollouts.until(name, "waiting for its promote", (now) => isIn("Paused", now), desk.signal);
    },
    async promote() {
      await run(tool.plugin, ["promote", name], desk);
      await run(tool.plugin, ["status", name, "--timeout", "120s"], desk);
    },
  };
}
