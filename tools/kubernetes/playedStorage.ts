import { join } from "node:path";
import {
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  type KubernetesObject,
  type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";
import { z } from "zod";
import { snapshotKind } from "../../provider/kubernetes/volumeSnapshot.ts";
import { watched } from "./follower/watched.ts";
import { makeKnown } from "./playedKind.ts";

const { group, version, plural } = snapshotKind;
const size = "1Gi";

/** Where a storage keeps what it is given. */
export interface PlayedVolumes {
  /** Folders of this machine in place of claims, by name. What is made from a snapshot is added. */
  readonly claims: Record<string, string>;
  /** Where snapshots, and what is made from them, are kept. */
  readonly folder: string;
  /** Copies a folder as it is at one moment, to one that is not there yet. */
  readonly copy: (from: string, to: string) => Promise<void>;
}

const snapshotShape = z.looseObject({
  spec: z.looseObject({ source: z.looseObject({ persistentVolumeClaimName: z.string() }) }),
});

/**
 * Stands for a storage's CSI driver: makes the kind VolumeSnapshot known, and says of each that it is ready. Where it is told of volumes, it copies
 * what is on them, and makes a volume for each claim that names a snapshot; else no data is kept.
 */
export class PlayedStorage {
  /** Names of the snapshots that it was asked for, in order. */
  readonly taken: string[] = [];
  readonly #abort = new AbortController();
  readonly #namespace: string;
  readonly #core: CoreV1Api;
  readonly #custom: CustomObjectsApi;
  readonly #volumes: PlayedVolumes | undefined;
  readonly #made = new Set<string>();

  private constructor(config: KubeConfig, namespace: string, volumes: PlayedVolumes | undefined) {
    this.#namespace = namespace;
    this.#core = config.makeApiClient(CoreV1Api);
    this.#custom = config.makeApiClient(CustomObjectsApi);
    this.#volumes = volumes;
  }

  static async start(config: KubeConfig, namespace: string, volumes?: PlayedVolumes): Promise<PlayedStorage> {
    const storage = new PlayedStorage(config, namespace, volumes);
    await makeKnown(config, { ...snapshotKind, kind: "VolumeSnapshot" }, namespace);
    const { signal } = storage.#abort;
    const snapshots = async () =>
      (await storage.#custom.listNamespacedCustomObject({ ...snapshotKind, namespace })) as {
        items: KubernetesObject[];
      };
    const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
    // Who waits in vain for what failed here says so.
    await watched(config, path, snapshots, signal, (seen, gone) => {
      const name = seen.metadata?.name ?? "";
      if (gone || storage.taken.includes(name)) return;
      storage.taken.push(name);
      storage.#take(name, seen).catch(() => undefined);
    });
    if (volumes === undefined) return storage;
    const claims = () => storage.#core.listNamespacedPersistentVolumeClaim({ namespace });
    const claimsPath = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    await watched(config, claimsPath, claims, signal, (seen, gone) => {
      const name = seen.metadata?.name ?? "";
      if (gone || storage.#made.has(name) || seen.spec?.dataSource?.kind !== "VolumeSnapshot") return;
      storage.#made.add(name);
      storage.#make(name, seen, volumes).catch(() => undefined);
    });
    return storage;
  }

  stop(): void {
    this.#abort.abort();
  }

  async #take(name: string, seen: KubernetesObject): Promise<void> {
    const creationTime = new Date().toISOString();
    if (this.#volumes !== undefined) {
      const { claims, folder, copy } = this.#volumes;
      const { persistentVolumeClaimName: claim } = snapshotShape.parse(seen).spec.source;
      await copy(claims[claim] ?? "", join(folder, name));
    }
    const status = {
      readyToUse: true,
      boundVolumeSnapshotContentName: `snapcontent-${name}`,
      creationTime,
      restoreSize: size,
    };
    const body = [{ op: "add", path: "/status", value: status }];
    await this.#custom.patchNamespacedCustomObjectStatus({ ...snapshotKind, namespace: this.#namespace, name, body });
  }

  /** A volume whose claim is said beforehand: the cluster's own controller binds the two. */
  async #make(name: string, { spec }: V1PersistentVolumeClaim, { claims, folder, copy }: PlayedVolumes): Promise<void> {
    const place = join(folder, name);
    await copy(join(folder, spec?.dataSource?.name ?? ""), place);
    claims[name] = place;
    await this.#core.createPersistentVolume({
      body: {
        metadata: { name },
        spec: {
          accessModes: spec?.accessModes ?? [],
          storageClassName: spec?.storageClassName ?? "",
          capacity: { storage: size },
          hostPath: { path: place },
          claimRef: { namespace: this.#namespace, name },
          persistentVolumeReclaimPolicy: "Retain",
        },
      },
    });
  }
}
