import { ApiextensionsV1Api, CustomObjectsApi, type KubeConfig, type KubernetesObject } from "@kubernetes/client-node";
import { snapshotKind } from "../../provider/kubernetes/volumeSnapshot.ts";
import { watched } from "../../tools/kubernetes/follower/watched.ts";
import { eventually } from "../processes.ts";

const { group, version, plural } = snapshotKind;

/** The kind as far as its users read it: the cluster of a test has no storage that would bring its own. */
const definition = {
  metadata: { name: `${plural}.${group}`, annotations: { "api-approved.kubernetes.io": "unapproved, for a test" } },
  spec: {
    group,
    scope: "Namespaced",
    names: { kind: "VolumeSnapshot", listKind: "VolumeSnapshotList", plural, singular: "volumesnapshot" },
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

/** Stands for a storage's CSI driver: makes the kind VolumeSnapshot known, and says of each that it is ready. No data is kept. */
export class PlayedStorage {
  /** Names of the snapshots that it was asked for, in order. */
  readonly taken: string[] = [];
  readonly #abort = new AbortController();

  private constructor() {}

  static async start(config: KubeConfig, namespace: string): Promise<PlayedStorage> {
    const storage = new PlayedStorage();
    await config.makeApiClient(ApiextensionsV1Api).createCustomResourceDefinition({ body: definition });
    const custom = config.makeApiClient(CustomObjectsApi);
    const list = async () =>
      (await custom.listNamespacedCustomObject({ ...snapshotKind, namespace })) as { items: KubernetesObject[] };
    await eventually("the kind VolumeSnapshot to be served", () => list().catch(() => undefined));
    const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
    await watched(config, path, list, storage.#abort.signal, (seen, gone) => {
      const name = seen.metadata?.name ?? "";
      if (gone || storage.taken.includes(name)) return;
      storage.taken.push(name);
      const status = {
        readyToUse: true,
        boundVolumeSnapshotContentName: `snapcontent-${name}`,
        creationTime: new Date().toISOString(),
        restoreSize: "1Gi",
      };
      const body = [{ op: "add", path: "/status", value: status }];
      // A test that waits for it in vain says so.
      custom.patchNamespacedCustomObjectStatus({ ...snapshotKind, namespace, name, body }).catch(() => undefined);
    });
    return storage;
  }

  stop(): void {
    this.#abort.abort();
  }
}
