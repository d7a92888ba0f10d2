import { migrationFaults } from "../../project/migrationSettings.ts";
import type { KubernetesDatabase } from "./databaseSettings.ts";

/**
 * What is wrong with `kubernetes.database`, a line each; empty when nothing is.
 *
 * @param services names of the stack's services
 */
export function databaseFaults(
  { claim, snapshotClass, drill, dump, keep, migration }: KubernetesDatabase,
  services: readonly string[],
  of: (key: string) => string,
): string[] {
  return [
    ...migrationFaults(migration, services, of),
    ...(claim === undefined && dump === undefined
      ? [
          `${of("claim")} is missing; expected the claim of which a VolumeSnapshot is taken before a migration, or ${of("dump")}, which says how it is dumped`,
        ]
      : []),
    ...(["claim", "snapshotClass", "drill"] as const)
      .filter((key) => dump !== undefined && { claim, snapshotClass, drill }[key] !== undefined)
      .map(
        (key) =>
          `${of(key)} is for a VolumeSnapshot, and ${of("dump")} takes a dump in its place: leave one of them out`,
      ),
    ...(dump === undefined ? [] : dumpFaults(dump, keep, of)),
  ];
}

/** Where a program of the team's own dumps, only that one knows where. */
function dumpFaults(
  { command, claim, store, drill, restore }: NonNullable<KubernetesDatabase["dump"]>,
  keep: number | undefined,
  of: (key: string) => string,
): string[] {
  const key = of("dump.command");
  if (command === undefined) {
    if (claim !== undefined && store !== undefined) {
      return [`${of("dump.claim")} and ${of("dump.store")} are both given: leave out the one that dumps do not go to`];
    }
    return claim === undefined && store === undefined
      ? [
          `${of("dump.claim")} is missing; expected a claim that dumps are written to, ${of("dump.store")} for a store such as S3, or ${key}, which dumps by its own means`,
        ]
      : [];
  }
  return [
    ...(["claim", "store"] as const)
      .filter((place) => ({ claim, store })[place] !== undefined)
      .map(
        (place) => `${of(`dump.${place}`)} is for our own pg_dump, and ${key} dumps elsewhere: leave one of them out`,
      ),
    ...(keep === undefined
      ? []
      : [
          `${of("keep")} removes dumps that are ours, and ${key} dumps elsewhere: leave it out, and let the store's own rule remove old ones`,
        ]),
    ...(["drill", "restore"] as const)
      .filter((what) => ({ drill, restore })[what] !== undefined)
      .map(
        (what) =>
          `${of(`dump.${what}`)} restores dumps that are ours, and ${key} dumps elsewhere: leave it out, and restore by your own means`,
      ),
  ];
}
