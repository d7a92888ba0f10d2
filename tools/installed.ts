import { join } from "node:path";
import semver from "semver";
import { isExecutable, isInside, pathFolders } from "./lookup.ts";
import { cacheFolder, environment, ignoresInstalled, type ToolSettings } from "./settings.ts";

/** A program that a person installed. */
export interface Installed {
  readonly path: string;
  readonly version: string;
  readonly source: "installed";
}

/**
 * The first program of a name on PATH that is new enough; else what is wrong with the last one looked at.
 *
 * @param versionOf what the program at a path says it is
 */
export async function findInstalled(
  { name, oldest }: { readonly name: string; readonly oldest: string },
  versionOf: (path: string, settings: ToolSettings) => Promise<string | undefined>,
  settings: ToolSettings,
): Promise<{ found?: Installed; complaint: string }> {
  const env = environment(settings);
  if (ignoresInstalled(env)) return { complaint: "installed ones are ignored (GREENLIGHT_IGNORE_INSTALLED)" };
  let complaint = "it is not on PATH";
  for (const folder of pathFolders(env)) {
    const path = join(folder, name);
    if (!(await isExecutable(path)) || (await isInside(path, cacheFolder(env)))) continue;
    const version = await versionOf(path, settings);
    if (version === undefined) complaint = `${path} does not tell its version`;
    else if (semver.lt(version, oldest)) complaint = `${path} is ${version}, older than ${oldest}`;
    else return { found: { path, version, source: "installed" }, complaint: "" };
  }
  return { complaint };
}
