import { constants, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { draftManifest } from "../../project/draft/draftManifest.ts";
import { Git } from "../../project/git.ts";
import { manifestText } from "../../release/draft/manifestText.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { ManifestProblem, parseManifest, versionPattern } from "../../release/manifest.ts";
import { Problem } from "../../release/problem.ts";
import { isInside, resolveInside } from "../../release/projectPath.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import type { CommandResult } from "../result.ts";

export interface InitReleaseOptions extends GlobalOptions {
  readonly version: string;
}

/** What `greenlight init release` wrote. */
export interface InitReleaseResult {
  readonly ok: true;
  /** The manifest, relative to the project. */
  readonly file: string;
  /** Where its parts come from. */
  readonly from: readonly string[];
  /** What only a person can say yet, by path. */
  readonly missing: readonly { readonly path: string; readonly expected: string }[];
  /** Reports that are in no item, for their names tell none. */
  readonly untold: readonly string[];
}

const schemaName = "release-manifest.schema.json";
const ownSchema = fileURLToPath(new URL(`../../${schemaName}`, import.meta.url));

/**
 * Writes `<releases>/<version>.yaml`, filled in from git and from what the project holds. Never overwrites.
 *
 * @throws Problem for a version that is none, or a manifest that is there already
 */
export async function initReleaseCommand(
  options: InitReleaseOptions,
  signal: AbortSignal,
): Promise<CommandResult<InitReleaseResult>> {
  const { version } = options;
  if (!versionPattern.test(version)) {
    throw new Problem({
      happened: `${JSON.stringify(version.slice(0, 80))} is no version.`,
      untouched: "Nothing was written.",
      next: "name a version such as v1.2.3: letters, digits, dot, _ and -, starting with a letter or digit",
      exitCode: exitCodes.usage,
    });
  }
  const context = openContext(options);
  const { project } = context;
  const settings = context.settings();
  const path = resolveInside(project, ".", join(settings.releases, `${version}.yaml`), "greenlight:releases");
  const file = relative(project, path);
  const git = new Git(project, signal);
  const { draft, from, untold } = await draftManifest({ project, settings, version, git });
  const text = manifestText(draft, await schemaFor(project, dirname(path), git));
  writeNew(path, file, text);
  const missing = faultsIn(text, file);
  const result: InitReleaseResult = { ok: true, file, from, missing, untold };
  return { exitCode: exitCodes.ok, json: result, text: told(result, version) };
}

function writeNew(path: string, file: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Problem({
      happened: `${file} is there already.`,
      untouched: "It was left as it is.",
      next: "edit it, or move it away first",
      exitCode: exitCodes.usage,
    });
  }
}

/**
 * Where an editor finds the schema from a manifest: Greenlight's own file when it lies in the same repository, else a copy beside the
 * manifests, made when there is none.
 */
async function schemaFor(project: string, folder: string, git: Git): Promise<string> {
  const repository = (await git.ask("rev-parse", "--show-toplevel")) ?? project;
  if (isInside(repository, ownSchema) && isInside(repository, project)) return relative(folder, ownSchema);
  mkdirSync(folder, { recursive: true });
  try {
    copyFileSync(ownSchema, join(folder, schemaName), constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return `./${schemaName}`;
}

/** What is wrong with the manifest as it was written: what is left to say. */
function faultsIn(text: string, file: string): InitReleaseResult["missing"] {
  try {
    parseManifest(text, file);
    return [];
  } catch (error) {
    if (!(error instanceof ManifestProblem)) throw error;
    return error.faults.map(({ path, expected }) => ({ path, expected }));
  }
}

function told({ file, from, missing, untold }: InitReleaseResult, version: string): string {
  return [
    `${file} is written, with`,
    ...from.map((it) => `  ${it}`),
    ...(missing.length === 0 ? [] : ["Left to say:", ...missing.map(({ path, expected }) => `  ${path}: ${expected}`)]),
    ...(untold.length === 0
      ? []
      : ["Reports whose names tell no item of the checklist:", ...untold.slice(0, 10).map((it) => `  ${it}`)]),
    `Next: read and complete it, then run \`greenlight check ${version}\`.`,
  ].join("\n");
}
