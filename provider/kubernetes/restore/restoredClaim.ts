import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { Ending } from "../../../release/drillEnding.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import { abortable } from "../abortable.ts";
import type { Client } from "../client.ts";
import * as collections from "../collections.ts";
import { follow } from "../follow.ts";
import { readJob, removeJob } from "../jobs.ts";
import { type Asked, ask, unlessGone } from "../kubernetesProblem.ts";
import { snapshotKind } from "../volumeSnapshot.ts";

/** How long the cluster may take to let a claim go, ms: its pod has half of that to end. Also after Ctrl-C. */
const goneWithinMs = 60_000;
/** How long the questions before may take, ms. */
const askedWithinMs = 30_000;

const snapshotKey = "greenlight/snapshot";

/** What the claims of a stack's drills bear, and no other. @param labels of the stack */
const ofDrills = (labels: Readonly<Record<string, string>>) => ({ ...labels, "greenlight/drill": "snapshot" });

/** What was asked, where and what stays, of every question of a drill. */
type About = Omit<Asked, "doing">;

/** A claim that a drill made. */
export interface SeenClaim {
  readonly identifier: string;
  /** Name of the snapshot that it was made from. */
  readonly snapshot: string | undefined;
  /** Its phase, or that it is going. */
  readonly status: string;
  /** ISO time. */
  readonly madeAt: string | undefined;
}

/** The claims that a stack's drills left. */
export async function leftClaims(
  client: Client,
  labels: Readonly<Record<string, string>>,
  about: About,
  signal: AbortSignal,
): Promise<readonly SeenClaim[]> {
  const { items } = await ask({ ...about, doing: "list what drills left" }, () =>
    abortable(collections.claims(client, ofDrills(labels)).list(), signal),
  );
  return items.map(({ metadata, status }) => ({
    identifier: metadata?.name ?? "",
    snapshot: metadata?.annotations?.[snapshotKey],
    status: metadata?.deletionTimestamp === undefined ? (status?.phase ?? "new").toLowerCase() : "going",
    madeAt: metadata?.creationTimestamp?.toISOString(),
  }));
}

export interface ClaimOrder {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the VolumeSnapshot, and what a volume made from it needs at least, such as `10Gi`. */
  readonly snapshot: string;
  readonly size: string | undefined;
  /** The claim that the snapshot is of: the new one is of its class and its kind. */
  readonly original: string;
}

/**
 * Makes a claim from a snapshot: a volume of its own, of which the storage makes a copy when a pod wants it.
 *
 * @throws Problem where the snapshot's own claim is not there, or is one without files
 */
export async function makeClaim(client: Client, it: ClaimOrder, about: About, signal: AbortSignal): Promise<void> {
  const { core, namespace } = client;
  const original = await ask({ ...about, doing: `tell what the claim ${it.original} is` }, () =>
    unlessGone(abortable(core.readNamespacedPersistentVolumeClaim({ namespace, name: it.original }), signal)),
  );
  const refuse = (happened: string, next: string): never => {
    throw new Problem({ happened, where: about.where, untouched: about.untouched, next, exitCode: exitCodes.usage });
  };
  if (original?.spec === undefined) {
    return refuse(
      `The claim ${it.original} is not there, so nobody knows which storage its copy belongs on.`,
      "correct greenlight:kubernetes.database.claim",
    );
  }
  const { storageClassName, accessModes = [], volumeMode, resources } = original.spec;
  if (volumeMode === "Block") {
    return refuse(`The claim ${it.original} is a block device, not a file system.`, "restore its snapshot by hand");
  }
  // A storage that does not know says 0.
  const least = it.size === undefined || /^0/.test(it.size) ? undefined : it.size;
  const storage = least ?? original.status?.capacity?.storage ?? resources?.requests?.storage ?? "1Gi";
  const body: V1PersistentVolumeClaim = {
    metadata: { name: it.name, labels: ofDrills(it.labels), annotations: { [snapshotKey]: it.snapshot } },
    spec: {
      ...(storageClassName === undefined ? {} : { storageClassName }),
      accessModes,
      dataSource: { apiGroup: snapshotKind.group, kind: "VolumeSnapshot", name: it.snapshot },
      resources: { requests: { storage } },
    },
  };
  await ask({ ...about, doing: `make the claim ${it.name} from the snapshot ${it.snapshot}` }, () =>
    abortable(core.createNamespacedPersistentVolumeClaim({ namespace, body, fieldManager: "greenlight" }), signal),
  );
}

/** Removes a claim of a drill, and the Job that still works with it. @param job name of the drill's Job */
export async function removeClaim(
  client: Client,
  { name, labels, job }: { readonly name: string; readonly labels: ClaimOrder["labels"]; readonly job: string },
  about: About,
): Promise<Ending> {
  // Ctrl-C ends the drill, not the cleaning up.
  const signal = AbortSignal.timeout(askedWithinMs + goneWithinMs);
  const { core, namespace } = client;
  const asked = { ...about, doing: `remove the claim ${name}` };
  await ask(asked, async () => {
    const running = await readJob(client, job, signal);
    const volumes = running?.spec?.template.spec?.volumes ?? [];
    // While a pod of it is there, so is the claim.
    if (volumes.some((it) => it.persistentVolumeClaim?.claimName === name)) await removeJob(client, job);
    await unlessGone(abortable(core.deleteNamespacedPersistentVolumeClaim({ namespace, name }), signal));
  });
  const isHere = (all: readonly V1PersistentVolumeClaim[]) => all.some(({ metadata }) => metadata?.name === name);
  const { claims } = await follow(
    client,
    { claims: collections.claims(client, ofDrills(labels)) },
    (seen) => !isHere(seen.claims),
    { deadlineMs: goneWithinMs, signal, asked },
  );
  return isHere(claims) ? "being removed" : "removed";
}
