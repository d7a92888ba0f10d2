import { z } from "zod";
import { releasePrefix } from "../../../release/frontend/fileHeaders.ts";
import { handler, type Step } from "../../handler.ts";
import { ask } from "../awsProblem.ts";
import type { StoredObject } from "./bucket.ts";

const inputs = z.strictObject({
  region: z.string(),
  bucket: z.string(),
  /** Versions that are deployed: their files stay. */
  deployed: z.array(z.string()),
  /** How long files stay that are no deployed version's, milliseconds since they were uploaded. */
  warmMs: z.number().int().nonnegative(),
  /** When the release that serves was seen from outside: a look at what is old follows each switch. */
  servedAt: z.string(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** Versions whose files the last update removed. */
  readonly removed: readonly string[];
}

/** Removes the files of releases that nobody is served from any more. */
export const frontendRetention = handler<Inputs, Outputs>({
  inputs,
  async create(step, it) {
    return { id: "frontend-retention", outputs: await clear(step, it) };
  },
  async update(step, _, __, news) {
    return clear(step, news);
  },
  async delete() {
    // The bucket goes with its own resource.
  },
});

async function clear(step: Step, it: Inputs): Promise<Outputs> {
  const [{ listObjects, removeObjects }, { storageClient }] = await Promise.all([
    import("./bucket.ts"),
    import("../clients.ts"),
  ]);
  const client = storageClient(it.region);
  const asked = { where: `s3://${it.bucket}`, untouched: "What users are served was left as it is." };
  try {
    const all = await ask({ ...asked, doing: "list the releases' files" }, () =>
      listObjects(client, it.bucket, "releases/", step.signal),
    );
    const kept = it.deployed.map(releasePrefix);
    const byVersion = new Map<string, StoredObject[]>();
    for (const it of all.filter(({ key }) => !kept.some((prefix) => key.startsWith(prefix)))) {
      const version = it.key.split("/")[1] ?? "";
      byVersion.set(version, [...(byVersion.get(version) ?? []), it]);
    }
    const removed: string[] = [];
    for (const [version, objects] of byVersion) {
      // An unreadable time is never old.
      if (!objects.every(({ modified }) => Date.now() - modified > it.warmMs)) continue;
      await ask({ ...asked, doing: `remove the files of ${version}` }, () =>
        removeObjects(
          client,
          it.bucket,
          objects.map(({ key }) => key),
          step.signal,
        ),
      );
      step.tell(`removed the files of ${version}`);
      removed.push(version);
    }
    return { removed };
  } finally {
    client.destroy();
  }
}
