import { readdirSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../components/aws/container.ts";
import type { Settings } from "../../config.ts";
import { readManifest } from "../../project/readManifest.ts";
import type { RunningImages } from "../../provider/aws/runningImages.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";

/** A version, and the digest of its image for each service. */
interface Imaged {
  readonly version: string;
  readonly digests: Readonly<Record<string, string>>;
}

/**
 * Which versions the running images are: the one that the settings name where its manifest says these digests, else any of the
 * project's manifests that does. An image of no manifest is told by its digest.
 */
export function versionsOf(
  project: string,
  settings: Settings,
  images: RunningImages,
): Readonly<Record<EnvironmentName, readonly string[]>> {
  let others: readonly Imaged[] | undefined;
  const named = (environment: EnvironmentName): Imaged[] => {
    const version = settings[environment];
    return version === undefined ? [] : imagedIn(project, settings, [version]);
  };
  const versionOf = (environment: EnvironmentName, service: string, digest: string | undefined): string => {
    if (digest === undefined) return "an unknown image";
    const first = named(environment).find(({ digests }) => digests[service] === digest);
    if (first !== undefined) return first.version;
    others ??= imagedIn(project, settings, manifestsIn(join(project, settings.releases)));
    const other = others.find(({ digests }) => digests[service] === digest);
    return other?.version ?? `image ${digest.slice(0, 19)}`;
  };
  const [blue = [], green = []] = environmentNames.map((environment) => [
    ...new Set(
      Object.entries(images[environment]).flatMap(([service, all]) =>
        all.map((digest) => versionOf(environment, service, digest)),
      ),
    ),
  ]);
  return { blue, green };
}

/** A manifest that cannot be read names nothing: what runs is told all the same. */
function imagedIn(project: string, settings: Settings, versions: readonly string[]): Imaged[] {
  return versions.flatMap((version) => {
    try {
      const { services } = readManifest(project, settings.releases, version).manifest;
      const digests = Object.entries(services).flatMap(([service, { image }]) =>
        image === undefined ? [] : [[service, digestOf(image)] as const],
      );
      return [{ version, digests: Object.fromEntries(digests) }];
    } catch {
      return [];
    }
  });
}

function manifestsIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => /^(.+)\.yaml$/.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}
