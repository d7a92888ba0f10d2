import { ApiextensionsV1Api, CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import { eventually } from "../processes.ts";

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
    metadata: { name: `${plural}.${group}`, annotations: { "api-approved.kubernetes.io": "unapproved, for a test" } },
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
  await eventually(`the kind ${kind} to be served`, () =>
    custom.listNamespacedCustomObject({ group, version, plural, namespace }).catch(() => undefined),
  );
}
