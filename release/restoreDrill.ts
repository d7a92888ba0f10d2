import type { EnvironmentName } from "./environment.ts";
import type { KeptSnapshot } from "./snapshotRetention.ts";

/** What a snapshot has, and a database made from it must have. */
export interface DatabaseMake {
  readonly engine: string;
  readonly version: string;
  /** GiB; null for an Aurora cluster, whose storage grows by itself and has no size that could be compared. */
  readonly storage: number | null;
  readonly encrypted: boolean;
}

/** Where a restored database stands and how, as it was read back. */
export interface DatabasePlace {
  readonly status: string;
  /** Undefined where nobody can reach it yet. */
  readonly host: string | undefined;
  readonly public: boolean;
  readonly severalZones: boolean;
  readonly deletionProtected: boolean;
  /** Days that its own backups are kept; 0 for none. */
  readonly backups: number | undefined;
  /** Fewest days for which its kind takes them: 0, and 1 for an Aurora cluster. */
  readonly leastBackups: number;
  readonly subnetGroup: string | undefined;
  readonly securityGroups: readonly string[];
}

/** A version that is deployed, and where. */
export interface Deployed {
  readonly environment: EnvironmentName;
  readonly version: string;
}

/**
 * In what a restored database is not what the snapshot holds, or does not stand as it was asked; empty when it is and does.
 *
 * @param beside where the database stands that the snapshot is of
 */
export function restoreDifferences(
  snapshot: DatabaseMake,
  restored: DatabaseMake & DatabasePlace,
  beside: Pick<DatabasePlace, "subnetGroup" | "securityGroups">,
): string[] {
  const unlike = (what: string, seen: unknown, wanted: unknown) =>
    seen === wanted ? [] : [`its ${what} is ${seen}, and that of the snapshot ${wanted}`];
  const groups = (all: readonly string[]) => all.toSorted().join(", ");
  return [
    ...(restored.status === "available" ? [] : [`it is ${restored.status}, not available`]),
    ...(restored.host === undefined ? ["it has no address"] : []),
    ...unlike("engine", restored.engine, snapshot.engine),
    ...unlike("version", restored.version, snapshot.version),
    ...unlike("storage in GiB", restored.storage, snapshot.storage),
    ...(restored.encrypted === snapshot.encrypted
      ? []
      : [restored.encrypted ? "it is encrypted, and the snapshot is not" : "it is not encrypted, and the snapshot is"]),
    ...(restored.public ? ["it can be reached from everywhere"] : []),
    ...(restored.severalZones ? ["it runs in several zones"] : []),
    ...(restored.deletionProtected ? ["it is protected from being deleted"] : []),
    ...(restored.backups !== undefined && restored.backups <= restored.leastBackups
      ? []
      : [
          `it keeps backups of its own for ${restored.backups === 1 ? "1 day" : `${restored.backups ?? "an unknown number of"} days`}`,
        ]),
    ...(restored.subnetGroup === beside.subnetGroup
      ? []
      : [`it is in the subnet group ${restored.subnetGroup}, not ${beside.subnetGroup}`]),
    ...(groups(restored.securityGroups) === groups(beside.securityGroups)
      ? []
      : [`it has the security groups ${groups(restored.securityGroups)}, not ${groups(beside.securityGroups)}`]),
  ];
}

/**
 * Whose image can judge what a snapshot holds: the first deployed version that has not migrated since. A version's own snapshot is from
 * before its migration, so that version, and every one that took a later snapshot, expects more than the snapshot has.
 *
 * @param all the stack's snapshots
 * @param deployed what serves first
 */
export function knowsSchema(
  snapshot: KeptSnapshot,
  all: readonly KeptSnapshot[],
  deployed: readonly Deployed[],
): Deployed | undefined {
  const taken = Date.parse(snapshot.takenAt ?? "");
  const migratedSince = new Set(
    [snapshot, ...all.filter(({ takenAt }) => takenAt === undefined || Date.parse(takenAt) >= taken)].map(
      ({ release }) => release,
    ),
  );
  return deployed.find(({ version }) => !migratedSince.has(version));
}
