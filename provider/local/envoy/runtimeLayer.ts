import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Weights } from "../../../release/environment.ts";
import { nobodyKey, weightKey } from "./names.ts";

/** Layers written by this process: two in one millisecond are two. */
let written = 0;

/**
 * Envoy's runtime on disk: a folder with one file a key, reached through a symbolic link. Writing a new folder and
 * renaming the link over the old one moves every service at the same instant.
 */
export function writeWeights(envoyDir: string, services: readonly string[], weights: Weights): void {
  const layers = join(envoyDir, "runtime");
  mkdirSync(layers, { recursive: true });
  written += 1;
  const fresh = `v${Date.now()}-${process.pid}-${String(written).padStart(6, "0")}`;
  mkdirSync(join(layers, fresh));
  for (const service of services) {
    for (const environment of ["blue", "green"] as const) {
      writeFileSync(join(layers, fresh, weightKey(service, environment)), String(weights[environment]));
    }
    writeFileSync(join(layers, fresh, nobodyKey(service)), String(100 - weights.blue - weights.green));
  }
  const link = `${linkPath(envoyDir)}.${process.pid}`;
  rmSync(link, { force: true });
  symlinkSync(join(layers, fresh), link);
  renameSync(link, linkPath(envoyDir));
  for (const old of readdirSync(layers).sort().slice(0, -5)) {
    if (old !== fresh) rmSync(join(layers, old), { recursive: true, force: true });
  }
}

/** The weights on disk of one service, or nothing when none were ever written. */
export function readWeights(envoyDir: string, service: string): Weights | undefined {
  try {
    const at = (environment: "blue" | "green") =>
      Number(readFileSync(join(linkPath(envoyDir), weightKey(service, environment)), "utf8"));
    return { blue: at("blue"), green: at("green") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export function linkPath(envoyDir: string): string {
  return join(envoyDir, "current");
}

/** Epoch ms at which the weights that hold now were put in place. */
export function weightsWrittenAt(envoyDir: string): number {
  return lstatSync(linkPath(envoyDir)).mtimeMs;
}
