import type { KubernetesObject } from "@kubernetes/client-node";
import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import type { KeptSnapshot } from "../../release/snapshotRetention.ts";
import { handler, type Step } from "../handler.ts";
import { kubernetesAccess } from "./facts.ts";

/** Where the kind VolumeSnapshot is, as the API's custom objects are asked for. */
export const snapshotKind = { group: "snapshot.storage.k8s.io", version: "v1", plural: "volumesnapshots" } as const;

const inputs = z.strictObject({
  access: kubernetesAccess,
  /** Beginning of the snapshot's name; the time follows. */
  prefix: z.string().regex(/^[a-z]([a-z0-9-]{0,200}[a-z0-9])?$/),
  labels: z.record(z.string(), z.string()),
  /** The PersistentVolumeClaim that the database keeps its files on. */
  claim: z.string(),
  /** The VolumeSnapshotClass; left out, the cluster's default one. */
  snapshotClass: z.string().optional(),
  version: z.string(),
  commit: z.string().optional(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly name: string;
  /** The VolumeSnapshotContent that holds it. */
  readonly content: string;
  /** ISO time at which the storage says that it was taken. */
  readonly takenAt: string;
  /** Such as `10Gi`: what a volume made from it needs; left out where the storage does not say. */
  readonly size?: string;
  /** `ready`, or `gone` where a refresh did not find it any more. */
  readonly status: "ready" | "gone";
}

const versionKey = "greenlight/version";

const shape = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.unknown().optional(),
  }),
  status: z
    .looseObject({
      readyToUse: z.boolean().optional(),
      boundVolumeSnapshotContentName: z.string().optional(),
      creationTime: z.string().optional(),
      restoreSize: z.string().optional(),
      error: z.looseObject({ message: z.string().optional() }).optional(),
    })
    .optional(),
});
type Seen = z.infer<typeof shape>;

/**
 * A snapshot of the database's volume, as the storage's CSI driver takes it: waited for until it says that a volume can be made from it. It is
 * of a moment, as after a power cut: a database comes up from it by its own log. Taken anew for each version, and removed by no update.
 */
export const volumeSnapshot = handler<Inputs, Outputs>({
  inputs,
  // A version has one snapshot from before: how it is found or waited for is no reason for another.
  remarks: ["access", "prefix", "labels", "claim", "snapshotClass", "commit", "deadlineMs"],
  async create(step, it) {
    const outputs = await take(step, it);
    return { id: outputs.name, outputs };
  },
  async read(step, _, state) {
    const seen = await readOnce(step, state);
    const { name, content, takenAt, size } = state;
    // One that is gone is told and stays on record: another one, taken now, would not be the database of before.
    const there = seen !== undefined && taken(seen) !== undefined;
    return { name, content, takenAt, ...(size === undefined ? {} : { size }), status: there ? "ready" : "gone" };
  },
  async update(step, _, __, news) {
    return take(step, news);
  },
  async delete() {
    // It is the way back of the data: whoever keeps it too long removes it (kubectl delete volumesnapshot).
  },
});

const untouched = "Nothing was migrated and no traffic was moved.";

async function take(step: Step, it: Inputs): Promise<Outputs> {
  const [{ openClient }, { follow }, { customObjects }, { ask }, { abortable }] = await Promise.all([
    import("./client.ts"),
    import("./follow.ts"),
    import("./collections.ts"),
    import("./kubernetesProblem.ts"),
    import("./abortable.ts"),
  ]);
  const client = openClient(it.access);
  const asked = { doing: `take a snapshot of the volume ${it.claim}`, where: client.where, untouched };
  const at = { ...snapshotKind, namespace: client.namespace };
  const name = snapshotName(it.prefix, new Date());
  await ask(asked, () =>
    abortable(client.custom.createNamespacedCustomObject({ ...at, body: snapshotOf(it, name) }), step.signal),
  );
  const mine = (all: readonly KubernetesObject[]) => {
    const found = all.find(({ metadata }) => metadata?.name === name);
    return found === undefined ? undefined : shape.parse(found);
  };
  const { snapshots } = await follow(
    client,
    { snapshots: customObjects(client, snapshotKind, it.labels) },
    (seen) => {
      const now = mine(seen.snapshots);
      return now !== undefined && taken(now) !== undefined;
    },
    { deadlineMs: it.deadlineMs, signal: step.signal, asked },
  );
  const last = mine(snapshots);
  const outputs = last === undefined ? undefined : taken(last);
  if (outputs !== undefined) return outputs;
  const why = last?.status?.error?.message;
  throw new Problem({
    happened: `The snapshot of the volume ${it.claim} was not ready after ${it.deadlineMs / 1_000} s${why === undefined ? "" : `: ${why}`}.`,
    where: `VolumeSnapshot ${name}, ${client.where}`,
    untouched,
    next: `kubectl describe volumesnapshot ${name} says why; raise greenlight:kubernetes.database.snapshotDeadline if it only needs longer, and run the update again: it takes a new one`,
  });
}

async function readOnce(step: Step, it: Inputs & { readonly name: string }): Promise<Seen | undefined> {
  const [{ openClient }, { ask, unlessGone }, { abortable }] = await Promise.all([
    import("./client.ts"),
    import("./kubernetesProblem.ts"),
    import("./abortable.ts"),
  ]);
  const client = openClient(it.access);
  const asked = {
    doing: `tell of the VolumeSnapshot ${it.name}`,
    where: client.where,
    untouched: "Nothing was changed.",
  };
  return ask(asked, async () => {
    const at = { ...snapshotKind, namespace: client.namespace, name: it.name };
    const seen = await unlessGone(abortable(client.custom.getNamespacedCustomObject(at), step.signal));
    return seen === undefined ? undefined : shape.parse(seen);
  });
}

/** A snapshot, and what a volume made from it needs at least, such as `10Gi`; undefined where the storage does not say. */
export interface SizedSnapshot extends KeptSnapshot {
  readonly size: string | undefined;
}

/** A VolumeSnapshot as it is; nothing of one that is going. @throws ZodError where it is none */
export function keptSnapshot(object: unknown): readonly SizedSnapshot[] {
  const seen = shape.parse(object);
  const { name, annotations, deletionTimestamp } = seen.metadata;
  if (deletionTimestamp !== undefined) return [];
  const release = annotations?.[versionKey];
  const { creationTime: takenAt, restoreSize: size } = seen.status ?? {};
  return [{ identifier: name, whole: taken(seen) !== undefined, release, takenAt, size }];
}

/** What a snapshot is, once a volume can be made from it. */
function taken({ metadata, status }: Seen): Outputs | undefined {
  const { readyToUse, boundVolumeSnapshotContentName: content, creationTime, restoreSize } = status ?? {};
  if (readyToUse !== true || content === undefined || creationTime === undefined) return undefined;
  return {
    name: metadata.name,
    content,
    takenAt: creationTime,
    ...(restoreSize === undefined ? {} : { size: restoreSize }),
    status: "ready",
  };
}

/** Name of a snapshot taken at a time. */
function snapshotName(prefix: string, at: Date): string {
  const time = at
    .toISOString()
    .replace(/[-:]|\.\d+/g, "")
    .replace("T", "-")
    .toLowerCase();
  return `${prefix}-${time}`;
}

function snapshotOf({ labels, claim, snapshotClass, version, commit }: Inputs, name: string): object {
  return {
    apiVersion: `${snapshotKind.group}/${snapshotKind.version}`,
    kind: "VolumeSnapshot",
    metadata: {
      name,
      labels,
      annotations: { [versionKey]: version, ...(commit === undefined ? {} : { "greenlight/commit": commit }) },
    },
    spec: {
      ...(snapshotClass === undefined ? {} : { volumeSnapshotClassName: snapshotClass }),
      source: { persistentVolumeClaimName: claim },
    },
  };
}
