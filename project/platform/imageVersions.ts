import { readdirSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../components/aws/container.ts";
import type { Settings } from "../../config.ts";
import type { RunningImages } from "../../provider/aws/runningImages.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { readManifest } from "../readManifest.ts";

/** A version, and the digest of its image for each service. */
interface Imaged {
  readonly version: string;
  readonly digests: Readonly<Record<string, string>>;
}

/** The version whose manifest names an image; undefined where none does. */
export type VersionOf = (
  environment: EnvironmentName,
  service: string,
  digest: string | undefined,
) => string | undefined;

/**
 * Which version a running image is: the one that the settings name in its environment where that manifest says this digest, else any of
 * the project's manifests that does.
 */
export function imageVersions(project: string, settings: Settings): VersionOf {
  let others: readonly Imaged[] | undefined;
  const named = (environment: EnvironmentName): Imaged[] => {
    const version = settings[environment];
    return version === undefined ? [] : imagedIn(project, settings, [version]);
  };
  return (environment, service, digest) => {
    if (digest === undefined) return undefined;
    const first = named(environment).find(({ digests }) => digests[service] === digest);
    if (first !== undefined) return first.version;
    others ??= imagedIn(project, settings, manifestsIn(join(project, settings.releases)));
    return others.find(({ digests }) => digests[service] === digest)?.version;
  };
}

/** An image that no manifest names, in words. */
export function sayImage(digest: string | undefined): string {
  return digest === undefined ? "an unknown image" : `image ${digest.slice(0, 19)}`;
}

/** Which versions the running images are. An image of no manifest is told by its digest. */
export function versionsOf(
  project: string,
  settings: Settings,
  images: RunningImages,
): Readonly<Record<EnvironmentName, readonly string[]>> {
  const versionOf = imageVersions(project, settings);
  const [blue = [], green = []] = environmentNames.map((environment) => [
    ...new Set(
      Object.entries(images[environment]).flatMap(([service, all]) =>
        all.map((digest) => versionOf(environment, service, digest) ?? sayImage(digest)),
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
