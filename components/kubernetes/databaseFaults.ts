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
  { command, claim, drill }: NonNullable<KubernetesDatabase["dump"]>,
  keep: number | undefined,
  of: (key: string) => string,
): string[] {
  const key = of("dump.command");
  if (command === undefined) {
    return claim === undefined
      ? [`${of("dump.claim")} is missing; expected a claim that dumps are written to, or ${key}, which dumps elsewhere`]
      : [];
  }
  return [
    ...(claim === undefined
      ? []
      : [`${of("dump.claim")} is for our own pg_dump, and ${key} dumps elsewhere: leave one of them out`]),
    ...(keep === undefined
      ? []
      : [
          `${of("keep")} removes dumps from a claim, and ${key} dumps elsewhere: leave it out, and let the store's own rule remove old ones`,
        ]),
    ...(drill === undefined
      ? []
      : [
          `${of("dump.drill")} restores dumps from a claim, and ${key} dumps elsewhere: leave it out, and drill by your own means`,
        ]),
  ];
}
