import { CustomObjectsApi, type KubeConfig, type KubernetesObject } from "@kubernetes/client-node";
import { snapshotKind } from "../../provider/kubernetes/volumeSnapshot.ts";
import { watched } from "./follower/watched.ts";
import { makeKnown } from "./playedKind.ts";

const { group, version, plural } = snapshotKind;

/** Stands for a storage's CSI driver: makes the kind VolumeSnapshot known, and says of each that it is ready. No data is kept. */
export class PlayedStorage {
  /** Names of the snapshots that it was asked for, in order. */
  readonly taken: string[] = [];
  readonly #abort = new AbortController();

  private constructor() {}

  static async start(config: KubeConfig, namespace: string): Promise<PlayedStorage> {
    const storage = new PlayedStorage();
    await makeKnown(config, { ...snapshotKind, kind: "VolumeSnapshot" }, namespace);
    const custom = config.makeApiClient(CustomObjectsApi);
    const list = async () =>
      (await custom.listNamespacedCustomObject({ ...snapshotKind, namespace })) as { items: KubernetesObject[] };
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
      // Who waits for it in vain says so.
      custom.patchNamespacedCustomObjectStatus({ ...snapshotKind, namespace, name, body }).catch(() => undefined);
    });
    return storage;
  }

  stop(): void {
    this.#abort.abort();
  }
}
