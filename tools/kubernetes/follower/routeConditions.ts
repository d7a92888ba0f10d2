import { setTimeout as pause } from "node:timers/promises";
import { ApiException, CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import type { WeighedRoute } from "./receivers.ts";

export const routeKind = { group: "gateway.networking.k8s.io", version: "v1", plural: "httproutes" } as const;

/** Who says the conditions, in the route's status. */
const controllerName = "greenlight.invalid/follower";

/** Pause before a status that the API server did not take is written again. */
const againMs = 200;

/** Says of routes, as a Gateway's controller does, that requests go by them as they are now; or that they cannot, and why. */
export class RouteConditions {
  readonly #custom: CustomObjectsApi;
  readonly #namespace: string;
  readonly #signal: AbortSignal;
  /** What is to be told of each route: a later one takes the place of an earlier one that the API server has not taken yet. */
  readonly #told = new Map<string, object>();

  constructor(config: KubeConfig, namespace: string, signal: AbortSignal) {
    this.#custom = config.makeApiClient(CustomObjectsApi);
    this.#namespace = namespace;
    this.#signal = signal;
  }

  /**
   * Writes the conditions of one generation, again and again until the API server takes them, the route is gone, or a later generation is told.
   *
   * @param it.missing Services that the route forwards to and that are not there
   * @param it.strange what of the route is not played
   */
  async tell(
    name: string,
    { generation, parentRefs }: WeighedRoute,
    it: { readonly missing: readonly string[]; readonly strange: readonly string[] },
  ): Promise<void> {
    const { missing, strange } = it;
    const common = { observedGeneration: generation, lastTransitionTime: new Date().toISOString(), message: "" };
    const resolved =
      missing.length === 0
        ? { ...common, type: "ResolvedRefs", status: "True", reason: "ResolvedRefs" }
        : {
            ...common,
            type: "ResolvedRefs",
            status: "False",
            reason: "BackendNotFound",
            message: `no Service ${missing.join(", ")}`,
          };
    const accepted =
      strange.length === 0
        ? { ...common, type: "Accepted", status: "True", reason: "Accepted" }
        : { ...common, type: "Accepted", status: "False", reason: "UnsupportedValue", message: strange.join("; ") };
    const conditions = [accepted, resolved];
    const latest = {};
    this.#told.set(name, latest);
    const parents = parentRefs.map((parentRef) => ({ parentRef, controllerName, conditions }));
    const asked = { ...routeKind, namespace: this.#namespace, name };
    while (!this.#signal.aborted && this.#told.get(name) === latest) {
      try {
        const body = [{ op: "add", path: "/status", value: { parents } }];
        await this.#custom.patchNamespacedCustomObjectStatus({ ...asked, body });
        return;
      } catch (error) {
        if (error instanceof ApiException && error.code === 404) return;
        await pause(againMs, undefined, { signal: this.#signal }).catch(() => {});
      }
    }
  }
}
