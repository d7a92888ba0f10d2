import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import semver from "semver";
import { isExecutable } from "./lookup.ts";
import { environment, ignoresInstalled, pulumiHome, type ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";
import { versions } from "./versions.ts";

/** The provider of random values, with which passwords are made. */
export interface RandomProvider {
  /** Folder to name in Pulumi.yaml under plugins.providers; the program in it starts whichever is there. */
  readonly folder: string;
  /** The executable that does the work in the end. */
  readonly path: string;
  readonly version: string;
  readonly source: "installed" | "stand-in";
}

const folder = fileURLToPath(new URL("./random", import.meta.url));

/** The official plugin where Pulumi has it installed, else our stand-in, which is always there. */
export async function findRandom(settings: ToolSettings): Promise<Search<RandomProvider>> {
  const env = environment(settings);
  if (!ignoresInstalled(env)) {
    const plugins = join(pulumiHome(env), "plugins");
    const names = await readdir(plugins).catch(() => [] as string[]);
    const installed = names
      .map((name) => ({ name, version: semver.parse(/^resource-random-v(\d.*)$/.exec(name)?.[1]) }))
      .filter((plugin): plugin is { name: string; version: semver.SemVer } => plugin.version !== null)
      .filter(({ name }) => !names.includes(`${name}.partial`))
      .sort((a, b) => semver.rcompare(a.version, b.version));
    for (const { name, version } of installed) {
      const path = join(plugins, name, "pulumi-resource-random");
      if (await isExecutable(path)) return { found: { folder, path, version: version.version, source: "installed" } };
    }
  }
  const path = join(folder, "pulumi-resource-random");
  return { found: { folder, path, version: versions.random.provided, source: "stand-in" } };
}
