import type { z } from "zod";
import { argv, migrationSettings } from "../../project/migrationSettings.ts";
import { duration, group, text, whole } from "../../project/settingKinds.ts";
import type { DumpPlace } from "../../provider/kubernetes/dump/scriptBeginning.ts";
import { cpu, memory, objectName } from "./resourceKinds.ts";

const pinnedImage = (such: string) =>
  text(
    `an image with its digest, such as ${such}@sha256: and 64 hex digits`,
    /^[a-z0-9][A-Za-z0-9._/:-]{0,400}@sha256:[0-9a-f]{64}$/,
  );
const postgresImage = () => pinnedImage("postgres:17");
const user = () => whole(1, 2_147_483_647).default(999);

const drillSettings = group(
  {
    image: postgresImage().describe(
      "What the database is started with: an image of PostgreSQL of the same major version as the one that serves, with a shell.",
    ),
    data: text(
      "a folder on the claim, such as pgdata",
      /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){0,7}$/,
    )
      .optional()
      .describe("Folder of PostgreSQL's data on the claim. Left out, it is looked for."),
    role: text("a role of PostgreSQL: A-Z, a-z, 0-9, _ and -, at most 63 characters", /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/)
      .default("postgres")
      .describe(
        "A superuser of the database, by which all of it is read. No password is asked: nobody else reaches it.",
      ),
    preload: text(
      "names of libraries, such as timescaledb or pg_stat_statements,timescaledb",
      /^[A-Za-z0-9_]+(?:,[A-Za-z0-9_]+)*$/,
    )
      .optional()
      .describe(
        "Libraries that its tables cannot be read without (shared_preload_libraries). Left out, none: pg_cron and its like would do their work in the drill.",
      ),
    user: user().describe("Number of the user that the database's files belong to, and that the drill's pod runs as."),
    cpu: cpu().default("250m").describe("Processor that the drill's pod is promised."),
    memory: memory().default("512Mi").describe("Memory of the drill's pod, promised and most."),
  },
  "{ image: postgres:17@sha256:… }",
);

const storeSettings = group(
  {
    path: text(
      "a bucket and folders in it, such as backups/greenlight",
      /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9._-]+){0,15}$/,
    ).describe("Where dumps are in it: a bucket that is there and a folder, below which each stack has its own."),
    image: pinnedImage("rclone/rclone:1").describe(
      "Where pods get rclone from, the client of the store: an image with it on its PATH, a shell, and the authorities to trust.",
    ),
    secret: objectName("a Secret", 253).describe(
      "Secret in the namespace whose keys become rclone's variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION for S3 itself; RCLONE_CONFIG_STORE_ENDPOINT and RCLONE_CONFIG_STORE_PROVIDER beside them for what is compatible; RCLONE_CONFIG_STORE_TYPE for another kind of store. No value passes through the stack.",
    ),
  },
  "{ path: backups/greenlight, image: rclone/rclone:1@sha256:…, secret: shop-store }",
);

const dumpSettings = group(
  {
    image: postgresImage().describe(
      "What dumps: an image of PostgreSQL, not older than the server, with a shell; or the one of `command`.",
    ),
    claim: objectName("a PersistentVolumeClaim that is there", 253)
      .optional()
      .describe(
        "The claim that dumps are written to, in a folder named by `kubernetes.name`. This, `store` or `command`.",
      ),
    store: storeSettings
      .optional()
      .describe(
        "A store such as S3 that dumps are written to in place of a claim, as they are read from the database.",
      ),
    secret: objectName("a Secret", 253).describe(
      "Secret in the namespace whose keys become variables: PGHOST, PGUSER, PGPASSWORD and PGDATABASE, and others that libpq knows, such as PGPORT and PGSSLMODE. No value passes through the stack.",
    ),
    command: argv()
      .optional()
      .describe(
        "A program of yours that dumps by its own means, and prints what docs/kubernetes.md says. Left out, `pg_dump` writes to `claim` or `store`.",
      ),
    user: user().describe(
      "Number of the user and group that pods with dumps run as, and that the claim's files belong to.",
    ),
    cpu: cpu().default("250m").describe("Processor that each of these pods is promised."),
    memory: memory().default("256Mi").describe("Memory of each of these pods, promised and most."),
    deadline: duration("30m", 60_000).describe("How long a dump may take."),
    drill: group(
      {
        secret: objectName("a Secret", 253).describe(
          "Secret with the variables of the server on which dumps are restored: another one than users' if you can. Its user makes and drops a database there.",
        ),
      },
      "{ secret: shop-drill-database }",
    )
      .optional()
      .describe("Where `greenlight drill snapshot` restores a dump. Left out, it is refused."),
    restore: group(
      {
        secret: objectName("a Secret", 253).describe(
          "Secret with the variables of the same server and database as those of `secret`, but of a user who may make databases there and owns that one.",
        ),
      },
      "{ secret: shop-owner-database }",
    )
      .optional()
      .describe(
        "By whom `greenlight rollback --database snapshot` puts a dump in the place of the database. Left out, it is refused.",
      ),
  },
  "{ image: postgres:17@sha256:…, claim: backups, secret: shop-backup-database }",
);

/** The database that releases on Kubernetes migrate; the group `greenlight:kubernetes.database`. */
export const databaseSettings = group(
  {
    claim: objectName("a PersistentVolumeClaim", 253)
      .optional()
      .describe(
        "The claim that the database keeps its files on: a VolumeSnapshot of it is taken before each migration. This or `dump`.",
      ),
    snapshotClass: objectName("a VolumeSnapshotClass", 253)
      .optional()
      .describe("How it is taken. Left out, by the cluster's default class."),
    snapshotDeadline: duration("30m", 60_000).describe("How long the snapshot before a migration may take."),
    drill: drillSettings
      .optional()
      .describe("How `greenlight drill snapshot` starts a database on a copy of the claim. Left out, it is refused."),
    dump: dumpSettings
      .optional()
      .describe("How the database is dumped before each migration, where no storage takes snapshots of it."),
    keep: whole(1, 100)
      .optional()
      .describe(
        "Snapshots or dumps of the stack that stay after a switch, beside those of versions that are deployed. Left out, all.",
      ),
    migration: migrationSettings({
      keep: duration("168h", 60_000).describe(
        "How long the Jobs of a migration stay, with their logs, when they have ended; those of dumps, too.",
      ),
    }),
  },
  "{ claim: data-postgres-0, migration: { service: api, command: […], verify: […], prints: up to date } }",
);

export type KubernetesDatabase = z.infer<typeof databaseSettings>;
export type DumpSettings = z.infer<typeof dumpSettings>;
export type DumpStoreSettings = z.infer<typeof storeSettings>;
export type VolumeDrillSettings = z.infer<typeof drillSettings>;

/** Where dumps are kept, by which scripts for them are chosen. */
export function keptIn({ store }: DumpSettings): DumpPlace {
  return store === undefined ? "claim" : "store";
}

/** Where dumps are, for a person. */
export function placeOfDumps({ claim, store }: DumpSettings): string {
  if (store !== undefined) return `the store ${store.path}`;
  return claim === undefined ? "the store of kubernetes.database.dump.command" : `the claim ${claim}`;
}

/** How long Jobs of a database stay with their logs, ms: as those of a migration, or a week where there is none. */
export function jobsKept(migration: KubernetesDatabase["migration"]): number {
  return migration?.keep ?? 604_800_000;
}
