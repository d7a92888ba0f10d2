import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { exitCodes } from "../release/exitCodes.ts";
import { locateManifest, type Manifest, manifestDigest, parseManifest } from "../release/manifest.ts";
import { Problem } from "../release/problem.ts";
import { isInside, resolveInside } from "../release/projectPath.ts";

/** A manifest as the project holds it, with absolute paths. */
export interface ProjectManifest {
  readonly manifest: Manifest;
  /** sha256 of what it says. */
  readonly digest: string;
  /** Relative to the project folder. */
  readonly file: string;
}

/** Largest manifest that is read: 256 KiB. */
export const manifestLimit = 256 * 1024;

/**
 * Reads `<releases>/<version>.yaml`.
 *
 * @param releases folder of the manifests, relative to the project
 * @throws Problem when it is missing, wrong, of another version, or leads out of the project
 */
export function readManifest(project: string, releases: string, version: string): ProjectManifest {
  const path = resolveInside(project, ".", join(releases, `${version}.yaml`), "greenlight:releases");
  const file = relative(project, path);
  const text = readBounded(project, path, file, version);
  const stated = parseManifest(text, file);
  if (stated.version !== version) {
    throw new Problem({
      happened: `The manifest says version ${stated.version}, its name says ${version}.`,
      where: file,
      untouched: "Nothing was started.",
      next: `rename it to ${stated.version}.yaml or correct its version`,
      exitCode: exitCodes.usage,
    });
  }
  return { manifest: locateManifest(stated, project, dirname(path)), digest: manifestDigest(stated), file };
}

function readBounded(project: string, path: string, file: string, version: string): string {
  try {
    if (!isInside(realpathSync(project), realpathSync(path))) {
      throw new Problem({
        happened: `${file} leads out of the project through a symbolic link.`,
        untouched: "Nothing was started.",
        next: "put the manifest itself into the project",
        exitCode: exitCodes.usage,
      });
    }
    if (!statSync(path).isFile()) {
      throw new Problem({
        happened: `${file} is no plain file.`,
        untouched: "Nothing was started.",
        next: "put the manifest itself there",
        exitCode: exitCodes.usage,
      });
    }
    if (statSync(path).size > manifestLimit) {
      throw new Problem({
        happened: `${file} is larger than 256 KiB.`,
        untouched: "Nothing was started.",
        next: "a manifest names files; keep their contents elsewhere",
        exitCode: exitCodes.usage,
      });
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({
      happened: `There is no manifest of ${version} that can be read.`,
      where: file,
      untouched: "Nothing was started.",
      next: `write ${file}; docs/manifest.md shows its shape`,
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
}
