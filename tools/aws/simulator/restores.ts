import {
  DeleteDBClusterSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { type Answer, Refusal } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

/** How often it is asked for what was restored before it is made: by counts and not by time, so that nobody on a busy machine misses it. */
const asksWhileMade = 2;

type Kind = "instance" | "cluster";

/** How moto tells a kind: what is around one, its name, and its state, which comes before those of its groups. */
const told = {
  instance: {
    each: /<DBInstance>.*?<\/DBInstance>/gs,
    name: /<DBInstanceIdentifier>([^<]*)</,
    status: /(<DBInstanceStatus>)[^<]*/,
  },
  cluster: {
    each: /<DBCluster>.*?<\/DBCluster>/gs,
    name: /<DBClusterIdentifier>([^<]*)</,
    status: /(<Status>)[^<]*/,
  },
} as const;

const kinds: Readonly<Record<string, Kind>> = {
  DeleteDBInstance: "instance",
  DeleteDBCluster: "cluster",
  DescribeDBInstances: "instance",
  DescribeDBClusters: "cluster",
};

/** What moto keeps of a request for a cluster, or {@link Restores} does: any other parameter it would take and forget. */
const takenOfCluster = new Set([
  ...["Action", "Version", "DBClusterIdentifier", "SnapshotIdentifier", "Engine", "EngineVersion", "EngineMode"],
  ...["DBSubnetGroupName", "DBClusterParameterGroupName", "VpcSecurityGroupIds", "ServerlessV2ScalingConfiguration"],
  ...["DeletionProtection", "CopyTagsToSnapshot", "BackupRetentionPeriod", "Tags"],
]);

/**
 * Instances and Aurora clusters restored from snapshots as RDS makes them, and the instances that are made in such a cluster: moto takes
 * what is off or zero in the request for left out, and has them available at once.
 */
export class Restores {
  readonly #inner: Inner;
  /** By kind and name. */
  readonly #made = new Map<string, { asksLeft: number; readonly ends: string }>();
  readonly #ends: Record<Kind, string> = { instance: "available", cluster: "available" };

  constructor(inner: Inner) {
    this.#inner = inner;
  }

  /** State in which those of a kind, or all, end that are restored from now on; `creating` for never. */
  order(status: string, ...only: readonly Kind[]): void {
    for (const kind of only.length > 0 ? only : (["instance", "cluster"] as const)) this.#ends[kind] = status;
  }

  async answer(request: ApiRequest): Promise<Answer | undefined> {
    const { action, parameters } = request;
    if (action === "RestoreDBInstanceFromDBSnapshot") return await this.#restoreInstance(request);
    if (action === "RestoreDBClusterFromSnapshot") return await this.#restoreCluster(request);
    if (action === "CreateDBInstance") {
      const inRestored = this.#made.has(`cluster ${parameters.DBClusterIdentifier}`);
      return inRestored ? await this.#make("instance", request) : undefined;
    }
    const kind = kinds[action];
    if (kind === undefined) return undefined;
    if (action.startsWith("Delete")) return await this.#remove(kind, request);
    if (this.#made.size === 0) return undefined;
    const answer = this.#told(kind, await this.#inner.forward(request));
    for (const [key, it] of this.#made) if (key.startsWith(`${kind} `)) it.asksLeft -= 1;
    return answer;
  }

  async #restoreInstance(request: ApiRequest): Promise<Answer> {
    return await this.#make("instance", request, async () => {
      const asked = (name: string) => request.parameters[name];
      const backups = asked("BackupRetentionPeriod");
      await this.#inner.client(RDSClient, request.region).send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: nameIn("instance", request),
          ApplyImmediately: true,
          MultiAZ: asked("MultiAZ") === "true",
          DeletionProtection: asked("DeletionProtection") === "true",
          PubliclyAccessible: asked("PubliclyAccessible") === "true",
          ...(backups === undefined ? {} : { BackupRetentionPeriod: Number(backups) }),
        }),
      );
    });
  }

  async #restoreCluster(request: ApiRequest): Promise<Answer> {
    const { parameters } = request;
    const other = Object.keys(parameters).find((name) => !takenOfCluster.has(name.split(".")[0] ?? ""));
    if (other !== undefined) {
      throw new Refusal("NotImplemented", `The simulator knows no ${other} of RestoreDBClusterFromSnapshot.`, 501);
    }
    return await this.#make("cluster", request, async () => {
      await this.#inner.client(RDSClient, request.region).send(
        new ModifyDBClusterCommand({
          DBClusterIdentifier: nameIn("cluster", request),
          ApplyImmediately: true,
          DeletionProtection: parameters.DeletionProtection === "true",
        }),
      );
    });
  }

  /** What goes is forgotten; a cluster's own backups go with it, which moto keeps. */
  async #remove(kind: Kind, request: ApiRequest): Promise<Answer> {
    const answer = await this.#inner.forward(request);
    if (answer.status !== 200) return answer;
    const name = nameIn(kind, request);
    this.#made.delete(`${kind} ${name}`);
    if (kind === "instance" || request.parameters.DeleteAutomatedBackups === "false") return answer;
    const rds = this.#inner.client(RDSClient, request.region);
    const own = new DescribeDBClusterSnapshotsCommand({ DBClusterIdentifier: name, SnapshotType: "automated" });
    for (const { DBClusterSnapshotIdentifier } of (await rds.send(own)).DBClusterSnapshots ?? []) {
      await rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier }));
    }
    return answer;
  }

  async #make(kind: Kind, request: ApiRequest, complete = async () => {}): Promise<Answer> {
    const answer = await this.#inner.forward(request);
    if (answer.status !== 200) return answer;
    this.#made.set(`${kind} ${nameIn(kind, request)}`, { asksLeft: asksWhileMade, ends: this.#ends[kind] });
    await complete();
    return this.#told(kind, answer);
  }

  /** Puts the states of what was restored into an answer of moto's. */
  #told(kind: Kind, answer: Answer & { readonly body: Buffer }): Answer {
    const body = answer.body.toString("utf8").replace(told[kind].each, (one) => {
      const it = this.#made.get(`${kind} ${told[kind].name.exec(one)?.[1] ?? ""}`);
      if (it === undefined) return one;
      return one.replace(told[kind].status, `$1${it.asksLeft > 0 ? "creating" : it.ends}`);
    });
    const { "content-length": _, ...headers } = answer.headers;
    return { ...answer, headers, body };
  }
}

function nameIn(kind: Kind, { parameters }: ApiRequest): string {
  return String(parameters[kind === "instance" ? "DBInstanceIdentifier" : "DBClusterIdentifier"]);
}
