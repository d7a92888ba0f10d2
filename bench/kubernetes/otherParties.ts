import { join } from "node:path";
import { AppsV1Api, type KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { objectName } from "../../components/kubernetes/names.ts";
import { until } from "../../rehearsal/until.ts";
import { Problem } from "../../release/problem.ts";
import type { ArgoRollouts } from "../../tools/argoRollouts.ts";
import { Part } from "../../tools/part.ts";
import { isIn, Rollouts } from "./argo.ts";
import { canaryShare } from "./greenlight.ts";
import { imageOf, service, versionOf } from "./image.ts";
import { others, prefixes } from "./ports.ts";
import { type Desk, run } from "./tool.ts";
import { blueGreenRollout, canaryRollout, deploymentOf, podsLike, previewOf, serviceOf } from "./workload.ts";

/** Longer than proxies take here; Argo's own default, 30 s, is for those of a large cluster. Nothing that is measured waits for it. */
const scaleDownDelaySeconds = 10;
const readyTimeoutMs = 60_000;

/**
 * Starts Argo Rollouts' controller and deploys the first version of a plain Deployment and of two Rollouts, in pods like those of our own
 * Deployment.
 */
export class OtherParties {
  readonly rollouts: Rollouts;
  readonly #controller: Part;

  private constructor(rollouts: Rollouts, controller: Part) {
    this.rollouts = rollouts;
    this.#controller = controller;
  }

  static async deploy(
    config: KubeConfig,
    { kubectl, argo, pods }: { readonly kubectl: string; readonly argo: ArgoRollouts; readonly pods: number },
    desk: Desk,
  ): Promise<OtherParties> {
    const { kubeconfig, namespace, home, signal } = desk;
    // By kubectl: our client knows definitions by their model, and loses what that has not.
    for (const file of argo.definitions) await run(kubectl, ["create", "-f", file], desk);
    const api = KubernetesObjectApi.makeApiClient(config);
    const served = async () => (await api.list("argoproj.io/v1alpha1", "Rollout", namespace)) !== undefined;
    if (!(await until(() => served().catch(() => false), readyTimeoutMs, signal))) {
      throw new Problem({
        happened: "The API server does not serve Argo Rollouts' kinds a minute after their definitions.",
      });
    }
    const controller = new Part({
      name: "Argo Rollouts",
      binary: argo.controller,
      args: [
        `--kubeconfig=${kubeconfig}`,
        "--namespaced",
        `--namespace=${namespace}`,
        "--leader-elect=false",
        // Both would listen on every address; a port that there is not keeps them from it, and nothing else.
        "--metricsPort=-1",
        "--healthzPort=-1",
      ],
      log: join(home, "argo-rollouts.log"),
      signal,
    });
    const parties = new OtherParties(new Rollouts(config, namespace), controller);
    try {
      await parties.#deploy(config, api, pods, desk);
      return parties;
    } catch (error) {
      await parties.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  async #deploy(
    config: KubeConfig,
    api: KubernetesObjectApi,
    pods: number,
    { namespace, signal }: Desk,
  ): Promise<void> {
    const apps = config.makeApiClient(AppsV1Api);
    const ours = objectName(prefixes.blueGreen, service, "blue");
    const like = await apps.readNamespacedDeployment({ namespace, name: ours });
    const planOf = (name: (typeof others)[number]) => ({
      name,
      namespace,
      pods,
      template: podsLike(like, name, imageOf(versionOf(0))),
    });
    const objects = [
      ...others.map((name) => serviceOf(name, namespace)),
      serviceOf(previewOf("argo-bluegreen"), namespace, "argo-bluegreen"),
      deploymentOf(planOf("rolling")),
      blueGreenRollout(planOf("argo-bluegreen"), scaleDownDelaySeconds),
      canaryRollout(planOf("argo-canary"), canaryShare),
    ];
    for (const it of objects) await api.create<KubernetesObject>(it);
    for (const name of ["argo-bluegreen", "argo-canary"] as const) {
      await this.rollouts.until(name, "its first version", (it) => isIn("Healthy", it), signal);
    }
    const deployed = async () => {
      const { status } = await apps.readNamespacedDeployment({ namespace, name: "rolling" });
      return status?.availableReplicas === pods;
    };
    if (!(await until(deployed, readyTimeoutMs, signal))) {
      throw new Problem({ happened: "The plain Deployment's pods are not available within a minute." });
    }
  }
}
