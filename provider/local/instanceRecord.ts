import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { folder } from "./folder.ts";
import { supervisorOf } from "./process/supervised.ts";

const record = z.strictObject({
  service: z.string(),
  environment: z.enum(["blue", "green"]),
  version: z.string(),
  port: z.number(),
  startedAt: z.string(),
});

/** What was started as an instance; no secret is among it. */
export type InstanceRecord = z.infer<typeof record>;

export function writeRecord(dir: string, name: string, it: InstanceRecord): void {
  const file = recordFile(dir, name);
  writeFileSync(`${file}.fresh`, `${JSON.stringify(it)}\n`, { mode: 0o600 });
  renameSync(`${file}.fresh`, file);
}

export function removeRecord(dir: string, name: string): void {
  rmSync(recordFile(dir, name), { force: true });
}

/** Every instance that was started and whether its supervisor lives, for commands that run without the engine. */
export function readRecords(dir: string): (InstanceRecord & { name: string; alive: boolean; logFile: string })[] {
  const at = folder(dir);
  let names: string[];
  try {
    names = readdirSync(at.processes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith(".json"))
    .map((file) => {
      const name = basename(file, ".json");
      const it = record.parse(JSON.parse(readFileSync(join(at.processes, file), "utf8")));
      return { ...it, name, alive: supervisorOf(at.pidFile(name)) !== undefined, logFile: at.logFile(name) };
    });
}

function recordFile(dir: string, name: string): string {
  return join(folder(dir).processes, `${name}.json`);
}
