import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { copyShop, type Places, repository, stackName } from "../project.ts";
import { shopImage, shopServices } from "./shopImages.ts";

const manifestShape = z.looseObject({
  version: z.string(),
  services: z.record(z.string(), z.looseObject({ env: z.record(z.string(), z.string()).optional() })),
  database: z.looseObject({ directory: z.string() }),
});

/** A version whose images nobody can pull. */
export const notInRegistry = "v1.9.9";

/**
 * Makes the project of a team whose shop runs as images.
 *
 * @param settings the stack's, by key
 * @returns the folder of each version's migrations, absolute
 */
export function makeFollowedProject(
  places: Places,
  platform: "aws" | "kubernetes",
  settings: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const pulumi = copyShop(places);
  const releases = join(places.project, "shop", "releases");
  const migrations: Record<string, string> = {};
  for (const file of readdirSync(releases)) {
    const manifest = manifestShape.parse(parse(readFileSync(join(releases, file), "utf8")));
    migrations[manifest.version] = join(releases, manifest.database.directory);
    writeFileSync(join(releases, file), stringify(asImages(manifest)));
  }
  // Released, and in no registry.
  const nowhere = manifestShape.parse(parse(readFileSync(join(releases, "v1.1.1.yaml"), "utf8")));
  writeFileSync(join(releases, `${notInRegistry}.yaml`), stringify(asImages({ ...nowhere, version: notInRegistry })));
  addPlugin(pulumi, places.project, platform);
  writeFileSync(join(places.project, "Pulumi.yaml"), pulumi.toString());
  const all = { platform, live: "blue", releases: "shop/releases", checklist: { level: "none" }, ...settings };
  writeFileSync(
    join(places.project, `Pulumi.${stackName}.yaml`),
    stringify({ config: Object.fromEntries(Object.entries(all).map(([key, it]) => [`greenlight:${key}`, it])) }),
  );
  return migrations;
}

function asImages(manifest: z.infer<typeof manifestShape>): object {
  const services = Object.fromEntries(
    shopServices.map((name) => [
      name,
      { image: shopImage(name, manifest.version), env: { ...manifest.services[name]?.env } },
    ]),
  );
  return { ...manifest, services };
}

/** Names the stand-in of tools/ for a platform's plugin in a project's Pulumi.yaml, unless Pulumi has its own. */
export function addPlugin(pulumi: ReturnType<typeof copyShop>, project: string, platform: "aws" | "kubernetes"): void {
  if (officialPluginThere(platform)) return;
  const path = join(relative(project, repository), "tools", platform);
  pulumi.addIn(["plugins", "providers"], { name: platform, path });
}

/** Whether Pulumi has its own plugin for a platform. */
export function officialPluginThere(
  platform: "aws" | "kubernetes",
  home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"),
): boolean {
  const plugins = join(home, "plugins");
  return (
    existsSync(plugins) && readdirSync(plugins).some((name) => new RegExp(`^resource-${platform}-v\\d`).test(name))
  );
}

/** Where tests reach each side of a service on this machine. */
export function addressesAt(ports: Readonly<Record<"blue" | "green", number>>): { blue: string; green: string } {
  return { blue: `http://127.0.0.1:${ports.blue}`, green: `http://127.0.0.1:${ports.green}` };
}
