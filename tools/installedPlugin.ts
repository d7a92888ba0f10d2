import { readdir } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { isExecutable } from "./lookup.ts";
import { ignoresInstalled, pulumiHome } from "./settings.ts";

/** An official provider that Pulumi has installed. */
export interface InstalledPlugin {
  /** The executable. */
  readonly path: string;
  readonly version: string;
}

/** The newest installed plugin of a package that is whole; none where installed ones are passed over. */
export async function findInstalledPlugin(name: string, env: NodeJS.ProcessEnv): Promise<InstalledPlugin | undefined> {
  if (ignoresInstalled(env)) return undefined;
  const plugins = join(pulumiHome(env), "plugins");
  const names = await readdir(plugins).catch(() => [] as string[]);
  const start = `resource-${name}-v`;
  const installed = names
    .filter((folder) => folder.startsWith(start) && !names.includes(`${folder}.partial`))
    .map((folder) => ({ folder, version: semver.parse(folder.slice(start.length)) }))
    .filter((plugin): plugin is { folder: string; version: semver.SemVer } => plugin.version !== null)
    .sort((a, b) => semver.rcompare(a.version, b.version));
  for (const { folder, version } of installed) {
    const path = join(plugins, folder, `pulumi-resource-${name}`);
    if (await isExecutable(path)) return { path, version: version.version };
  }
  return undefined;
}
