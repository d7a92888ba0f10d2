import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { readAlarms } from "../../provider/local/alarms.ts";
import { folder } from "../../provider/local/folder.ts";
import { readRecords } from "../../provider/local/instanceRecord.ts";
import { readPlatform, readServing } from "../../provider/local/serving.ts";
import { liveHealth } from "../liveHealth.ts";
import type { ArmedAlarms, AskedPlatform, AskedStack, TakenSnapshot } from "./platform.ts";

/** This machine: its proxy, the records of its processes, the stack's folder. */
export function askedLocal({ project, dir, settings, signal }: AskedStack): AskedPlatform {
  return {
    health: () => liveHealth({ dir, settings, signal }),
    async serving() {
      const facts = readPlatform(dir);
      if (facts === undefined) return undefined;
      return readServing(facts).then(
        (it) => it.environment,
        () => undefined,
      );
    },
    async live() {
      return readRecords(dir)
        .filter(({ alive, environment }) => alive && environment === settings.live)
        .map(({ service, environment, version }) => ({
          service,
          environment,
          count: 1,
          versions: [{ version, says: version }],
        }));
    },
    alarms: async () => armedIn(dir, Object.keys(settings.services)),
    // The local platform's alarms are its settings, for every service that the stack has.
    watched: () => Object.keys(settings.services),
    mostInstances: (service) => settings.services[service]?.instances ?? 0,
    newestSnapshot: () => newestIn(project, folder(dir).snapshots),
    drillsSnapshots: settings.backup.drill,
  };
}

function armedIn(dir: string, services: readonly string[]): ArmedAlarms {
  try {
    const alarms = readAlarms(dir);
    if (alarms === undefined) return { armed: readPlatform(dir) === undefined ? "not yet" : "missing", unwatched: [] };
    return { armed: "armed", unwatched: services.filter((name) => !alarms.services.includes(name)) };
  } catch {
    return { armed: "unreadable", unwatched: [] };
  }
}

async function newestIn(project: string, directory: string): Promise<TakenSnapshot | undefined> {
  if (!existsSync(directory)) return undefined;
  // What takes snapshots is loaded only where there may be one.
  const { describedIn } = await import("../../provider/database/backupSnapshot.ts");
  const { snapshotShape } = await import("../../provider/database/snapshot.ts");
  const described = (file: string) => {
    try {
      return { ...snapshotShape.parse(JSON.parse(readFileSync(describedIn(file), "utf8"))), file };
    } catch {
      return undefined; // a dump that nothing describes is no recorded snapshot
    }
  };
  const all = readdirSync(directory)
    .filter((name) => name.endsWith(".dump"))
    .flatMap((name) => described(join(directory, name)) ?? [])
    .toSorted((a, b) => Date.parse(a.takenAt) - Date.parse(b.takenAt));
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const whole = existsSync(last.file) && statSync(last.file).size === last.bytes;
  return { file: relative(project, last.file), takenAt: last.takenAt, whole, sha256: last.sha256 };
}
