import type { Handlers } from "./provider.ts";

/**
 * Every resource type of the provider; its code is read when the first resource of that type is met. Of most resources an
 * update only asks whether they changed: what a handler needs for its work alone (databases, programs) it imports there.
 */
export const handlers: Handlers = {
  "greenlight:index:Release": async () => (await import("./release/release.ts")).release,
  "greenlight:index:HealthGate": async () => (await import("./gates/healthGate.ts")).healthGate,
  "greenlight:index:SmokeGate": async () => (await import("./gates/smokeGate.ts")).smokeGate,
  "greenlight:index:BakeGate": async () => (await import("./gates/bakeGate.ts")).bakeGate,
  "greenlight:index:BackupSnapshot": async () => (await import("./database/backupSnapshot.ts")).backupSnapshot,
  "greenlight:index:DatabaseMigration": async () => (await import("./database/databaseMigration.ts")).databaseMigration,
  "greenlight:local:Host": async () => (await import("./local/host.ts")).host,
  "greenlight:local:PostgresServer": async () => (await import("./local/postgresServer.ts")).postgresServer,
  "greenlight:local:ServiceInstance": async () => (await import("./local/serviceInstance.ts")).serviceInstance,
  "greenlight:local:Proxy": async () => (await import("./local/proxy.ts")).proxy,
  "greenlight:local:Traffic": async () => (await import("./local/traffic.ts")).traffic,
  "greenlight:local:Alarms": async () => (await import("./local/alarms.ts")).alarms,
  "greenlight:aws:AlarmsQuiet": async () => (await import("./aws/alarmsQuiet.ts")).alarmsQuiet,
  "greenlight:aws:SteadyState": async () => (await import("./aws/steadyState.ts")).steadyState,
  "greenlight:aws:TargetsHealthy": async () => (await import("./aws/targetsHealthy.ts")).targetsHealthy,
  "greenlight:aws:TasksMatched": async () => (await import("./aws/tasksMatched.ts")).tasksMatched,
  "greenlight:aws:SwitchGate": async () => (await import("./aws/switchGate.ts")).switchGate,
  "greenlight:aws:TrafficReadBack": async () => (await import("./aws/trafficReadBack.ts")).trafficReadBack,
  "greenlight:aws:RollbackArming": async () => (await import("./aws/rollbackArming.ts")).rollbackArming,
  "greenlight:aws:RollbackBake": async () => (await import("./aws/rollbackBake.ts")).rollbackBake,
  "greenlight:aws:RollbackStandDown": async () => (await import("./aws/rollbackStandDown.ts")).rollbackStandDown,
  "greenlight:aws:FrontendFiles": async () => (await import("./aws/frontend/frontendFiles.ts")).frontendFiles,
  "greenlight:aws:FrontendServed": async () => (await import("./aws/frontend/frontendServed.ts")).frontendServed,
  "greenlight:aws:FrontendRetention": async () =>
    (await import("./aws/frontend/frontendRetention.ts")).frontendRetention,
  "greenlight:aws:DatabaseSnapshot": async () => (await import("./aws/databaseSnapshot.ts")).databaseSnapshot,
  "greenlight:aws:SnapshotRetention": async () => (await import("./aws/snapshotRetention.ts")).snapshotRetention,
  "greenlight:aws:MigrationTask": async () => (await import("./aws/migrationTask.ts")).migrationTask,
  "greenlight:kubernetes:AlertsQuiet": async () => (await import("./kubernetes/alertsQuiet.ts")).alertsQuiet,
  "greenlight:kubernetes:RolloutDone": async () => (await import("./kubernetes/rolloutDone.ts")).rolloutDone,
  "greenlight:kubernetes:VolumeSnapshot": async () => (await import("./kubernetes/volumeSnapshot.ts")).volumeSnapshot,
  "greenlight:kubernetes:SnapshotRetention": async () =>
    (await import("./kubernetes/snapshotRetention.ts")).snapshotRetention,
  "greenlight:kubernetes:DumpJob": async () => (await import("./kubernetes/dumpJob.ts")).dumpJob,
  "greenlight:kubernetes:DumpRetention": async () => (await import("./kubernetes/dumpRetention.ts")).dumpRetention,
  "greenlight:kubernetes:MigrationJob": async () => (await import("./kubernetes/migrationJob.ts")).migrationJob,
  "greenlight:kubernetes:PodsMatched": async () => (await import("./kubernetes/podsMatched.ts")).podsMatched,
  "greenlight:kubernetes:SwitchGate": async () => (await import("./kubernetes/switchGate.ts")).switchGate,
  "greenlight:kubernetes:TrafficReadBack": async () =>
    (await import("./kubernetes/trafficReadBack.ts")).trafficReadBack,
};
