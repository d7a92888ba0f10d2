import { z } from "zod";
import { removable } from "../../release/snapshotRetention.ts";
import { handler, type Step } from "../handler.ts";
import { kubernetesAccess } from "./facts.ts";

const inputs = z.strictObject({
  access: kubernetesAccess,
  /** Labels that the stack's snapshots bear. */
  labels: z.record(z.string(), z.string()),
  keep: z.number().int().min(1),
  /** Versions that are deployed: what was taken before them stays. */
  deployed: z.array(z.string()),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Names of what was removed by the last update. */
  readonly removed: readonly string[];
  /** How many of the stack's are left. */
  readonly kept: number;
}

/** Removes the stack's VolumeSnapshots that nobody needs any more, after a release. Only those with the stack's own label are looked at. */
export const snapshotRetention = handler<Inputs, Outputs>({
  inputs,
  remarks: ["access"],
  async create(step, it) {
    return { id: "snapshot-retention", outputs: await clear(step, it) };
  },
  async read(_, __, state) {
    return { removed: state.removed, kept: state.kept };
  },
  async update(step, _, __, news) {
    return clear(step, news);
  },
  async delete() {
    // What is kept stays when the stack goes.
  },
});

async function clear(step: Step, it: Inputs): Promise<Outputs> {
  const [{ openClient }, { ask, statusOf }, { abortable }, { snapshotKind }, { listSnapshots }] = await Promise.all([
    import("./client.ts"),
    import("./kubernetesProblem.ts"),
    import("./abortable.ts"),
    import("./volumeSnapshot.ts"),
    import("./volumeSnapshots.ts"),
  ]);
  const client = openClient(it.access);
  const asked = { where: client.where, untouched: "No traffic was moved." };
  const all = await listSnapshots(client, it.labels, asked, step.signal);
  const removed: string[] = [];
  for (const { identifier: name } of removable(all, it.keep, it.deployed)) {
    await ask({ ...asked, doing: `remove the VolumeSnapshot ${name}` }, async () => {
      try {
        const at = { ...snapshotKind, namespace: client.namespace, name };
        await abortable(client.custom.deleteNamespacedCustomObject(at), step.signal);
      } catch (error) {
        // Somebody else was faster.
        if (statusOf(error) !== 404) throw error;
      }
    });
    step.tell(`removed the VolumeSnapshot ${name}`);
    removed.push(name);
  }
  return { removed, kept: all.length - removed.length };
}
