import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, relative } from "node:path";

/** The first executable of this name on PATH (or in the folders given), with its path as found. */
export async function findOnPath(
  name: string,
  env: NodeJS.ProcessEnv,
  folders: readonly string[] = pathFolders(env),
): Promise<string | undefined> {
  for (const folder of folders) {
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

export function pathFolders(env: NodeJS.ProcessEnv): string[] {
  return (env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** True when a path, links followed, lies inside a folder. */
export async function isInside(path: string, folder: string): Promise<boolean> {
  try {
    const way = relative(await realpath(folder), await realpath(path));
    return way !== "" && !way.startsWith("..") && !isAbsolute(way);
  } catch {
    return false;
  }
}
