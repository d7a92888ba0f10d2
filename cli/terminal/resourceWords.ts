import type { Event } from "../reporter.ts";

export type ResourceEvent = Extract<Event, { kind: "resource" }>;

/** Types whose every step a person wants to read about: what a release stands or falls by. */
const notable: Readonly<Record<string, string>> = {
  HealthGate: "health gate",
  SmokeGate: "smoke gate",
  BakeGate: "watch after the switch",
  BackupSnapshot: "snapshot",
  DatabaseMigration: "migration",
  Traffic: "traffic",
  SteadyState: "what runs",
  RolloutDone: "what runs",
  TargetsHealthy: "health gate",
  AlarmsQuiet: "alarms before",
  DatabaseSnapshot: "snapshot",
  MigrationTask: "migration",
  MigrationJob: "migration",
  VolumeSnapshot: "snapshot",
  DumpJob: "dump",
  TasksMatched: "tasks enough",
  PodsMatched: "pods enough",
  SwitchGate: "gate of the switch",
  TrafficReadBack: "traffic read back",
};

const others: Readonly<Record<string, string>> = {
  Release: "release",
  Host: "host folder",
  PostgresServer: "database server",
  ServiceInstance: "instance",
  Proxy: "proxy",
  Alarms: "alarms",
  ListenerRule: "rule",
  HTTPRoute: "route",
  HorizontalPodAutoscaler: "scaling",
  TaskDefinition: "task definition",
  Service: "tasks",
  MetricAlarm: "alarm",
  CompositeAlarm: "alarm",
  Dashboard: "dashboard",
};

/** Of the same name as a service of ECS. */
const liveService = "kubernetes:core/v1:Service";

const doing: Readonly<Record<string, string>> = {
  create: "starting",
  update: "changing",
  delete: "removing",
  replace: "replacing",
  "create-replacement": "replacing",
  "delete-replaced": "removing the old",
  refresh: "reading",
};

export function isNotable(event: ResourceEvent): boolean {
  return Object.hasOwn(notable, shortType(event));
}

/** `migration db-v1.1.0`, `instance green-api-1 (starting)`: what is worked on, in words. */
export function sayResource(event: ResourceEvent): string {
  const type = shortType(event);
  const word = notable[type] ?? (event.type === liveService ? "Service" : others[type]) ?? type;
  if (isNotable(event) && !event.operation.startsWith("delete")) return `${word} ${event.name}`;
  return `${word} ${event.name} (${doing[event.operation] ?? event.operation})`;
}

function shortType(event: ResourceEvent): string {
  return event.type.split(":").at(-1) ?? event.type;
}
