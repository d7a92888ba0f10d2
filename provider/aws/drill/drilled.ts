import type { ServerlessV2ScalingConfigurationInfo, Tag } from "@aws-sdk/client-rds";
import type { DatabaseMake, DatabasePlace } from "../../../release/restoreDrill.ts";
import type { DatabaseKind } from "../databaseKind.ts";
import { drillPrefix } from "./drillPrefix.ts";

/** Tag of what a drill makes: the snapshot that it was made from. */
const drillTag = "greenlight:drill";
const stackTag = "greenlight:stack";

/** A database as AWS tells it. */
export interface SeenDatabase extends DatabaseMake, DatabasePlace {
  readonly kind: DatabaseKind;
  readonly identifier: string;
  /** Class of the instance; of a cluster, of the instance that writes. */
  readonly class: string | undefined;
  /** Group of parameters of that instance. */
  readonly parameterGroup: string | undefined;
  readonly port: number | undefined;
  /** Name of the database that it was made with. */
  readonly database: string | undefined;
  /** What a cluster has beside its instances; undefined for an instance. */
  readonly cluster: SeenCluster | undefined;
  /** Where a drill made it: which stack's, from which snapshot. */
  readonly drill: { readonly stack: string; readonly snapshot: string } | undefined;
  /** ISO time; undefined while it is being made. */
  readonly madeAt: string | undefined;
}

interface SeenCluster {
  /** Engine mode: `provisioned`, also of Serverless v2. */
  readonly mode: string;
  readonly parameterGroup: string | undefined;
  /** Capacity of Serverless v2; undefined where it has none. */
  readonly scaling: ServerlessV2ScalingConfigurationInfo | undefined;
  /** Identifier of the instance that writes; undefined where there is none. */
  readonly writer: string | undefined;
}

export interface RestoreOrder {
  readonly snapshot: string;
  /** What that holds. */
  readonly make: DatabaseMake;
  readonly stack: string;
  /** The database that the snapshot is of. */
  readonly beside: SeenDatabase;
  readonly tags: Readonly<Record<string, string>>;
}

/** One of the things in RDS that a drill's database is made of. All of a drill's bear the same name. */
export interface DrillPart {
  readonly kind: DatabaseKind;
  /** What it is called in sentences, by its name. */
  called(name: string): string;
  /** What is done when it is made, for a sentence: `restore the snapshot … into …`. */
  making(name: string, order: RestoreOrder): string;
  find(identifier: string, signal: AbortSignal): Promise<SeenDatabase | undefined>;
  /** Those that drills of a stack left, of every page. */
  left(stack: string, signal: AbortSignal): Promise<SeenDatabase[]>;
  /** Asks for one of a drill's name, which stands where the snapshot's database does and is reached by nobody else than that one. */
  make(name: string, order: RestoreOrder, signal: AbortSignal): Promise<void>;
  /** Deletes one that a drill made, without a snapshot of it. */
  remove(name: string, signal: AbortSignal): Promise<void>;
}

/** What a drill asks of RDS for a kind of database. It changes nothing but what has a name that begins with {@link drillPrefix}. */
export interface Drills {
  readonly kind: DatabaseKind;
  /** In the order in which they are made: each stands in the one before it, and goes before that. */
  readonly parts: readonly DrillPart[];
  /** What a snapshot holds; undefined where it is not there. */
  make(snapshot: string, signal: AbortSignal): Promise<DatabaseMake | undefined>;
  /** The database that snapshots are of; undefined where it is not there. */
  original(identifier: string, signal: AbortSignal): Promise<SeenDatabase | undefined>;
  /** Why none of its snapshots can be drilled, after `<identifier>`; undefined where they can. */
  unfit(original: SeenDatabase): string | undefined;
}

/** Whether something is a drill's of this stack, by its name and its tags both. */
export function isDrill({ identifier, drill }: SeenDatabase, stack: string): boolean {
  return identifier.startsWith(drillPrefix) && drill?.stack === stack;
}

export function requireDrillName(name: string): void {
  if (!name.startsWith(drillPrefix)) throw new Error(`${name} is not a drill's.`);
}

/** The tags by which what a drill makes is found again. */
export function drillTags({ tags, stack, snapshot }: RestoreOrder): Tag[] {
  const own = { ...tags, [stackTag]: stack, [drillTag]: snapshot };
  return Object.entries(own).map(([Key, Value]) => ({ Key, Value }));
}

/** What the tags say of the drill that made something. */
export function drillOf(tags: readonly Tag[] | undefined): SeenDatabase["drill"] {
  const tag = (name: string) => tags?.find(({ Key }) => Key === name)?.Value;
  const [stack, snapshot] = [tag(stackTag), tag(drillTag)];
  return stack === undefined || snapshot === undefined ? undefined : { stack, snapshot };
}

/** The database that parts of one name make up: a cluster is asked at its own address, and is there with its instance. */
export function wholeOf(parts: readonly SeenDatabase[]): SeenDatabase | undefined {
  const cluster = parts.find(({ kind }) => kind === "cluster");
  const instance = parts.find(({ kind }) => kind === "instance");
  if (cluster === undefined) return instance;
  const status = cluster.status === "available" ? (instance?.status ?? "without an instance") : cluster.status;
  if (instance === undefined) return { ...cluster, status };
  const { class: size, parameterGroup, public: open } = instance;
  return { ...cluster, class: size, parameterGroup, public: open, status };
}

/** What there is of a drill's database of a name, of a drill or not; undefined where nothing is. */
export async function findDrilled(
  { parts }: Drills,
  name: string,
  signal: AbortSignal,
): Promise<SeenDatabase | undefined> {
  const all = await Promise.all(parts.map((part) => part.find(name, signal)));
  return wholeOf(all.filter((it) => it !== undefined));
}

/** The databases that drills of a stack left, whole and in parts. */
export async function leftByDrills({ parts }: Drills, stack: string, signal: AbortSignal): Promise<SeenDatabase[]> {
  const all = (await Promise.all(parts.map((part) => part.left(stack, signal)))).flat();
  return [...new Set(all.map(({ identifier }) => identifier))].flatMap(
    (name) => wholeOf(all.filter(({ identifier }) => identifier === name)) ?? [],
  );
}
