/** What RDS knows a database as: an instance of its own, or an Aurora cluster with instances in it. */
export type DatabaseKind = "instance" | "cluster";
