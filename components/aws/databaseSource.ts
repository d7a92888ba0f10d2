import { physicalName } from "./physicalName.ts";
import type { AwsDatabaseSettings } from "./settings.ts";

/** The database as RDS knows it: the identifier of an instance or of an Aurora cluster, one of them. */
export interface DatabaseSource {
  readonly instance?: string;
  readonly cluster?: string;
}

/**
 * Identifier of a database of the stack's own, also of its groups: known before it is made. RDS wants a letter first, and no instance
 * of a stack may have a name that a restore drill could remove.
 */
export function ownDatabase(prefix: string): string {
  return physicalName("database", "db", prefix).toLowerCase();
}

/** Which database a stack has; from the settings alone. @param prefix what every name of the stack begins with */
export function databaseSource(
  prefix: string,
  { instance, cluster }: Pick<AwsDatabaseSettings, "instance" | "cluster">,
): DatabaseSource {
  if (cluster !== undefined) return { cluster };
  return { instance: instance ?? ownDatabase(prefix) };
}
