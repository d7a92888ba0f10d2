import { z } from "zod";
import { removable } from "../../release/snapshotRetention.ts";
import { handler, type Step } from "../handler.ts";
import { ask } from "./awsProblem.ts";

const inputs = z.strictObject({
  region: z.string(),
  /** Identifier of an RDS instance; either this or `cluster`. */
  instance: z.string().optional(),
  cluster: z.string().optional(),
  /** Value of the tag `greenlight:stack` of the snapshots that are the stack's. */
  stack: z.string(),
  keep: z.number().int().min(1),
  /** Versions that are deployed: what was taken before them stays. */
  deployed: z.array(z.string()),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Identifiers of what was removed by the last update. */
  readonly removed: readonly string[];
  /** How many of the stack's are left. */
  readonly kept: number;
}

/** Removes the stack's snapshots that nobody needs any more, after a release. Only those with the stack's own tag are looked at. */
export const snapshotRetention = handler<Inputs, Outputs>({
  inputs,
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
  const [{ databaseClient }, { rdsSnapshots }] = await Promise.all([
    import("./clients.ts"),
    import("./rdsSnapshots.ts"),
  ]);
  const client = databaseClient(it.region);
  const kind = it.instance === undefined ? "cluster" : "instance";
  const source = it.instance ?? it.cluster ?? "";
  const asked = { where: `RDS, ${it.region}, ${kind} ${source}`, untouched: "No traffic was moved." };
  try {
    const api = rdsSnapshots(client);
    const all = await ask({ ...asked, doing: `list the snapshots of ${source}` }, () =>
      api.list(kind, source, it.stack, step.signal),
    );
    const removed: string[] = [];
    for (const { identifier } of removable(all, it.keep, it.deployed)) {
      await ask({ ...asked, doing: `remove the snapshot ${identifier}` }, () =>
        api.remove(kind, identifier, step.signal),
      );
      step.tell(`removed the snapshot ${identifier}`);
      removed.push(identifier);
    }
    return { removed, kept: all.length - removed.length };
  } finally {
    client.destroy();
  }
}
