import { setTimeout as pause } from "node:timers/promises";
import { ApiextensionsV1Api, CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";

const servedWithinMs = 120_000;

export interface PlayedKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

/** Makes a kind known to a cluster in the place of whoever would bring it. It takes any content: nobody acts on it. */
export async function makeKnown(config: KubeConfig, it: PlayedKind, namespace: string): Promise<void> {
  const { group, version, plural, kind } = it;
  const body = {
    metadata: { name: `${plural}.${group}`, annotations: { "api-approved.kubernetes.io": "unapproved, played" } },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
        },
      ],
    },
  };
  await config.makeApiClient(ApiextensionsV1Api).createCustomResourceDefinition({ body });
  const custom = config.makeApiClient(CustomObjectsApi);
  const deadline = Date.now() + servedWithinMs;
  for (;;) {
    try {
      await custom.listNamespacedCustomObject({ group, version, plural, namespace });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`The kind ${kind} is not served.`, { cause: error });
      await pause(100);
    }
  }
}
