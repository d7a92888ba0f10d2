import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findInstalledPlugin } from "./installedPlugin.ts";
import { environment, type ToolSettings } from "./settings.ts";
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
  const installed = await findInstalledPlugin("random", environment(settings));
  if (installed !== undefined) return { found: { folder, ...installed, source: "installed" } };
  const path = join(folder, "pulumi-resource-random");
  return { found: { folder, path, version: versions.random.provided, source: "stand-in" } };
}
