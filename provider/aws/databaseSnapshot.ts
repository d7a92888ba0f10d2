import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { handler, type Step } from "../handler.ts";
import { poll } from "../poll.ts";
import { ask } from "./awsProblem.ts";
import type { DatabaseKind } from "./databaseKind.ts";

const inputs = z.strictObject({
  region: z.string(),
  /** Identifier of an RDS instance; either this or `cluster`. */
  instance: z.string().optional(),
  /** Identifier of an Aurora cluster. */
  cluster: z.string().optional(),
  /** Version that is about to be deployed: the snapshot is taken before it. */
  version: z.string(),
  commit: z.string().optional(),
  /** Beginning of the snapshot's identifier; the time follows. */
  prefix: z.string().regex(/^[a-z][a-z0-9-]*$/i),
  tags: z.record(z.string(), z.string()),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly identifier: string;
  readonly arn: string;
  /** ISO time at which it was found to be there. */
  readonly availableAt: string;
  /** What AWS says of it: `available` is whole. */
  readonly status: string;
}

/** A snapshot as AWS tells it, of an instance or of a cluster. */
export interface SeenSnapshot {
  readonly identifier: string;
  readonly arn: string;
  readonly status: string;
  readonly percent: number;
  readonly encrypted: boolean;
}

/**
 * The database as it was before a release. Taken anew for each version and never removed by an update: not by the next release, not
 * when the stack is destroyed. It is no resource of the aws plugin, because the engine can neither replace nor leave out what it
 * protects, so that the second release would fail.
 */
export const databaseSnapshot = handler<Inputs, Outputs>({
  inputs,
  remarks: ["tags", "prefix", "commit", "intervalMs", "deadlineMs"],
  async check(_, __, news) {
    if ((news.instance === undefined) === (news.cluster === undefined)) {
      return { failures: [{ property: "instance", reason: "either instance or cluster, not both" }] };
    }
    return {};
  },
  async create(step, it) {
    const outputs = await take(step, it);
    return { id: outputs.identifier, outputs };
  },
  async read(step, _, state) {
    const seen = await withDatabases(state.region, (api) => api.find(kindOf(state), state.identifier, step.signal));
    // One that is gone is told and stays on record: another one, taken now, would not be the database of before.
    return {
      identifier: state.identifier,
      arn: state.arn,
      availableAt: state.availableAt,
      status: seen?.status ?? "deleted",
    };
  },
  async update(step, _, __, news) {
    return take(step, news);
  },
  async delete() {
    // The way back outlives the release, and the stack.
  },
});

function kindOf({ instance }: Pick<Inputs, "instance">): DatabaseKind {
  return instance === undefined ? "cluster" : "instance";
}

async function take(step: Step, it: Inputs): Promise<Outputs> {
  const kind = kindOf(it);
  const source = it.instance ?? it.cluster ?? "";
  const identifier = snapshotIdentifier(it.prefix, new Date());
  const asked = {
    where: `RDS, ${it.region}, ${kind} ${source}`,
    untouched: "Nothing was migrated or deployed; traffic is as before.",
  };
  return withDatabases(it.region, async (api) => {
    await ask({ ...asked, doing: `take a snapshot of ${source}` }, () =>
      api.take(kind, source, identifier, tagsOf(it), step.signal),
    );
    const seen = await poll(
      () =>
        ask({ ...asked, doing: `tell the state of the snapshot ${identifier}` }, () =>
          api.find(kind, identifier, step.signal),
        ),
      (it) => it !== undefined && it.status !== "creating",
      it,
      step.signal,
    );
    if (seen?.status === "available") {
      return { identifier, arn: seen.arn, availableAt: new Date().toISOString(), status: seen.status };
    }
    const said = seen === undefined ? "cannot be found" : `is ${seen.status} (${seen.percent} %)`;
    throw new Problem({
      happened: `The snapshot ${identifier} of ${source} ${said} after ${it.deadlineMs / 60_000} min.`,
      where: asked.where,
      untouched: asked.untouched,
      next: "see its state in RDS; raise greenlight:aws.database.snapshotDeadline if it only needs longer, and run the update again: it takes a new one",
    });
  });
}

/** Identifier of a snapshot taken at a time: RDS takes letters, digits and single hyphens, at most 255. */
export function snapshotIdentifier(prefix: string, at: Date): string {
  const time = at
    .toISOString()
    .replace(/[-:]|\.\d+/g, "")
    .replace("T", "-")
    .toLowerCase();
  return `${prefix.slice(0, 230).replace(/-+$/, "")}-${time}`;
}

function tagsOf(it: Inputs): { Key: string; Value: string }[] {
  const own = {
    "greenlight:release": it.version,
    ...(it.commit === undefined ? {} : { "greenlight:commit": it.commit }),
  };
  return Object.entries({ ...it.tags, ...own }).map(([Key, Value]) => ({ Key, Value }));
}

type Snapshots = Awaited<ReturnType<typeof import("./rdsSnapshots.ts").rdsSnapshots>>;

async function withDatabases<T>(region: string, work: (api: Snapshots) => Promise<T>): Promise<T> {
  const [{ databaseClient }, { rdsSnapshots }] = await Promise.all([
    import("./clients.ts"),
    import("./rdsSnapshots.ts"),
  ]);
  const client = databaseClient(region);
  try {
    return await work(rdsSnapshots(client));
  } finally {
    client.destroy();
  }
}
