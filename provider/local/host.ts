import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { handler } from "../handler.ts";
import { databasePidFile, isClaimed } from "./databaseClaim.ts";
import { folder } from "./folder.ts";
import { type PlatformFacts, platformFacts } from "./platformFacts.ts";
import { stopSupervised } from "./process/supervised.ts";
import { databaseFolder } from "./unprivileged.ts";

const inputs = z.strictObject({
  /** Absolute path of the stack's folder on this machine. */
  dir: z.string().startsWith("/"),
  /** What commands that run without the engine need to know. */
  facts: platformFacts,
  /** Keep the snapshots when the stack is destroyed. */
  keepSnapshots: z.boolean(),
});

/**
 * The stack's folder on this machine, the first resource of the local platform and the last to go: it ends whatever a
 * killed update left recorded there. A database that its own resource did not remove is somebody's: its files stay.
 */
export const host = handler<z.infer<typeof inputs>, { ready: boolean }>({
  inputs,
  replaceOn: ["dir"],
  drifted: (state) => !state.ready,
  async create(_, { dir, facts }) {
    prepare(dir, facts);
    return { id: dir, outputs: { ready: true } };
  },
  async read(_, dir, { facts }) {
    let text: string;
    try {
      text = readFileSync(folder(dir).platform, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    return { ready: states(text, facts) };
  },
  async update(_, __, ___, { dir, facts }) {
    prepare(dir, facts);
    return { ready: true };
  },
  async delete(_, dir, { keepSnapshots }) {
    const at = folder(dir);
    for (const pidFile of pidFiles(at.processes)) await stopSupervised(pidFile, 5000);
    await stopSupervised(databasePidFile(dir), 5000);
    const database = databaseFolder(dir);
    const keepDatabase = isClaimed(database);
    if (!keepDatabase) rmSync(database, { recursive: true, force: true });
    for (const entry of listed(at.root)) {
      if (entry === "snapshots" && keepSnapshots) continue;
      if (join(at.root, entry) === database) continue;
      rmSync(join(at.root, entry), { recursive: true, force: true });
    }
    if (listed(at.root).length === 0) rmSync(at.root, { recursive: true, force: true });
  },
});

function prepare(dir: string, facts: PlatformFacts): void {
  const at = folder(dir);
  try {
    for (const path of [at.root, at.processes, at.logs, at.envoy, at.snapshots]) {
      mkdirSync(path, { recursive: true, mode: 0o755 });
    }
    // Written beside and renamed: a killed update leaves no half a file.
    writeFileSync(`${at.platform}.fresh`, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${at.platform}.fresh`, at.platform);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem({
      happened:
        code === "ENOSPC" ? "The disk is full." : `The stack's folder cannot be written (${code ?? "unknown reason"}).`,
      where: dir,
      untouched: "No process was started and no traffic was moved.",
      next: "make room or the folder writable, or choose another with the setting greenlight:folder",
      cause: error,
    });
  }
}

/** Whether the file says just these facts; a spoiled file is drift to be mended. */
function states(text: string, facts: PlatformFacts): boolean {
  try {
    return isDeepStrictEqual(platformFacts.parse(JSON.parse(text)), platformFacts.parse(facts));
  } catch {
    return false; // no JSON, or of another shape
  }
}

function pidFiles(processes: string): string[] {
  return listed(processes)
    .filter((entry) => entry.endsWith(".pid"))
    .map((entry) => join(processes, entry));
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
