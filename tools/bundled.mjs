// Finds the bundle that tools/bundle.ts made, for what starts something: bin.mjs, start.cjs, node.mjs. Plain Node without dependencies,
// because it decides whether what reads TypeScript is loaded at all.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Folder of the bundles, one below it for each. */
export const bundlesFolder = fileURLToPath(new URL("../dist/", import.meta.url));
/** Names the bundle that is used, with every file that it was made of. */
export const currentFile = join(bundlesFolder, "current.json");

const root = fileURLToPath(new URL("..", import.meta.url));

/** Pulumi's runner of programs. */
export const runner = "node_modules/@pulumi/pulumi/cmd/run/index.js";

/**
 * The file to start instead of a source; undefined where there is no bundle with it or one of its sources has changed since, and wherever
 * GREENLIGHT_FROM_SOURCES is set. Looked at once in a process.
 * @param {string} source path below the repository
 * @returns {string | undefined}
 */
export function bundled(source) {
  current ??= freshBundle();
  const file = current === "" ? undefined : join(current, `${outputOf(source)}.mjs`);
  return file !== undefined && existsSync(file) ? file : undefined;
}

/**
 * Starts a source of ours: its bundle, else the source itself with what reads TypeScript.
 * @param {string} source path below the repository
 * @returns {Promise<unknown>} what it exports
 */
export async function start(source) {
  const bundle = bundled(source);
  if (bundle !== undefined) return import(bundle);
  const { register } = await import("tsx/esm/api");
  register();
  return import(pathToFileURL(join(root, source)).href);
}

/**
 * Name of a source's output, without its ending: all are in one folder.
 * @param {string} source
 */
export function outputOf(source) {
  return source.replace(/\.[a-z]+$/, "").replaceAll(/[^a-z0-9.]+/gi, "-");
}

/** @type {string | undefined} */
let current;

/** Folder of a bundle that none of its sources is newer than; empty where there is none. */
export function freshBundle() {
  if (process.env.GREENLIGHT_FROM_SOURCES) return "";
  try {
    /** @type {{ folder: string, sources: [path: string, size: number, modifiedMs: number][] }} */
    const { folder, sources } = JSON.parse(readFileSync(currentFile, "utf8"));
    const same = sources.every(([path, size, modifiedMs]) => {
      const now = statSync(join(root, path));
      return now.size === size && now.mtimeMs === modifiedMs;
    });
    return same ? join(bundlesFolder, folder) : "";
  } catch {
    // Missing or broken: the sources are what counts.
    return "";
  }
}
