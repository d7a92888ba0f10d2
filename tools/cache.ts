import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { z } from "zod";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { duration } from "./command.ts";
import { cacheFolder, environment, platform, type ToolSettings } from "./settings.ts";

/** A tool as it lies in the cache: one folder, put there whole. */
export interface CachedTool {
  /** Name and version, such as envoy-1.40.0; the platform is added. */
  readonly name: string;
  /** What it is called in progress lines. */
  readonly title: string;
  /** Its executables, from its folder, whose content is watched. */
  readonly binaries: readonly string[];
  /** Fills an empty folder and returns the version that its binaries, started, say they are. */
  readonly install: (folder: string) => Promise<string>;
}

const receiptSchema = z.object({
  version: z.string().min(1),
  installed: z.string(),
  binaries: z.array(
    z.object({ path: z.string().min(1), size: z.number(), modifiedMs: z.number(), sha256: z.string().length(64) }),
  ),
});
type Receipt = z.infer<typeof receiptSchema>;

const receiptName = "greenlight-receipt.json";

export type CacheState =
  | { readonly state: "ready"; readonly folder: string; readonly version: string }
  | { readonly state: "missing"; readonly folder: string }
  | { readonly state: "damaged"; readonly folder: string; readonly reason: string };

/**
 * Whether a tool is in the cache and still what was put there. Size and time of change are compared
 * first; only where they differ is the content read.
 */
export async function inspectCache(tool: CachedTool, env: NodeJS.ProcessEnv): Promise<CacheState> {
  const folder = join(cacheFolder(env), `${tool.name}-${platform}`);
  let receipt: Receipt;
  try {
    receipt = receiptSchema.parse(JSON.parse(await readFile(join(folder, receiptName), "utf8")));
  } catch (error) {
    if (isMissing(error)) {
      return (await exists(folder))
        ? { state: "damaged", folder, reason: "it has no receipt" }
        : { state: "missing", folder };
    }
    return { state: "damaged", folder, reason: "its receipt cannot be read" };
  }
  for (const wanted of tool.binaries) {
    const noted = receipt.binaries.find((binary) => binary.path === wanted);
    if (noted === undefined) return { state: "damaged", folder, reason: `the receipt does not name ${wanted}` };
    const path = join(folder, wanted);
    try {
      const now = await stat(path);
      if (now.size === noted.size && now.mtimeMs === noted.modifiedMs) continue;
      if (now.size === noted.size && (await sha256(path)) === noted.sha256) continue;
      return { state: "damaged", folder, reason: `${wanted} is not what was installed` };
    } catch (error) {
      if (!isMissing(error)) throw error;
      return { state: "damaged", folder, reason: `${wanted} is gone` };
    }
  }
  return { state: "ready", folder, version: receipt.version };
}

/**
 * Gives the folder of a tool, installing it first where it is missing or damaged. Two at once wait for
 * each other; an installation that was killed leaves only a folder that the next one removes.
 */
export async function provide(tool: CachedTool, settings: ToolSettings): Promise<{ folder: string; version: string }> {
  const env = environment(settings);
  const before = await inspectCache(tool, env);
  if (before.state === "ready") return before;

  const root = cacheFolder(env);
  await makeCache(root);
  return await holdingLock(join(root, `${tool.name}-${platform}`), tool, settings, async (signal) => {
    const now = await inspectCache(tool, env);
    if (now.state === "ready") return now;
    if (now.state === "damaged")
      settings.progress?.(`${tool.title} in ${now.folder}: ${now.reason}; putting it there again`);
    await removeLeftovers(root, tool);

    const started = Date.now();
    const unfinished = join(root, `.unfinished-${tool.name}-${platform}-${randomUUID()}`);
    await mkdir(unfinished, { mode: 0o755 });
    try {
      const version = await tool.install(unfinished);
      await readableByAll(unfinished);
      await writeReceipt(unfinished, tool, version);
      signal.throwIfAborted();
      // The damaged one first steps aside: a program that runs from it keeps its open files.
      if (now.state === "damaged") await rename(now.folder, `${unfinished}-replaced`);
      await rename(unfinished, now.folder);
      settings.progress?.(`${tool.title} is in ${now.folder} (${duration(Date.now() - started)})`);
      return { folder: now.folder, version };
    } finally {
      await rm(unfinished, { recursive: true, force: true });
      await rm(`${unfinished}-replaced`, { recursive: true, force: true });
    }
  });
}

async function makeCache(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true, mode: 0o755 });
    const probe = join(root, `.unfinished-probe-${randomUUID()}`);
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (error) {
    throw new Problem({
      happened: "The folder for tools cannot be written.",
      where: root,
      untouched: "Nothing was installed.",
      next: "make it writable, or name another one: GREENLIGHT_CACHE=/some/folder",
      exitCode: exitCodes.missingTool,
      cause: error,
    });
  }
}

/** Long enough for a slow machine to go without renewing, short enough for a killed run to be forgotten. */
const lockStaleMs = 10_000;

async function holdingLock<T>(
  path: string,
  tool: CachedTool,
  settings: ToolSettings,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const signal = settings.signal === undefined ? lost.signal : AbortSignal.any([settings.signal, lost.signal]);
  let said = false;
  let release: (() => Promise<void>) | undefined;
  while (release === undefined) {
    signal.throwIfAborted();
    try {
      release = await lockfile.lock(path, {
        realpath: false,
        stale: lockStaleMs,
        update: lockStaleMs / 4,
        onCompromised: (error) => lost.abort(error),
      });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) throw error;
      if (!said) settings.progress?.(`${tool.title} is being installed by another run; waiting for it`);
      said = true;
      await pause(250, undefined, { signal });
    }
  }
  try {
    return await work(signal);
  } finally {
    // A lock that was lost is no longer ours to give back.
    if (!lost.signal.aborted) await release();
  }
}

/** Removes what killed installations of this tool left. A program that one of them started may still be
 * writing there; what cannot be removed now is removed the next time. */
async function removeLeftovers(root: string, tool: CachedTool): Promise<void> {
  const ours = `.unfinished-${tool.name}-${platform}-`;
  for (const name of await readdir(root)) {
    if (!name.startsWith(ours)) continue;
    await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error)) throw error;
    });
  }
}

/** Whatever the umask: another user (the one that runs PostgreSQL) must be able to run what is here. */
async function readableByAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await readableByAll(path);
    else if (entry.isFile()) {
      const { mode } = await stat(path);
      await chmod(path, (mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
}

async function writeReceipt(folder: string, tool: CachedTool, version: string): Promise<void> {
  const binaries = await Promise.all(
    tool.binaries.map(async (path) => {
      const full = join(folder, path);
      const { size, mtimeMs } = await stat(full);
      return { path, size, modifiedMs: mtimeMs, sha256: await sha256(full) };
    }),
  );
  const receipt: Receipt = { version, installed: new Date().toISOString(), binaries };
  await writeFile(join(folder, receiptName), `${JSON.stringify(receipt, undefined, 2)}\n`, { mode: 0o644 });
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
