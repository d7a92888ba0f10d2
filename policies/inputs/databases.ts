/** Databases of AWS that keep their own data: encryption and backups are stated on them. */
export const awsDatabases: ReadonlySet<string> = new Set([
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:docdb/cluster:Cluster",
  "aws:neptune/cluster:Cluster",
]);

/** Inputs by which a database says that its data comes from another one, which is judged itself. */
const sources = ["replicateSourceDb", "replicationSourceIdentifier"] as const;

/** Whether it copies another database. Only asked by name: the address of the other one is not known in a first preview. */
export function isReplica(props: Readonly<Record<string, unknown>>): boolean {
  return sources.some((name) => name in props);
}
