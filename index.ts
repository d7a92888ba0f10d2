import { deployLocal } from "./components/local/platform.ts";
import * as pulumi from "./components/pulumi.ts";
import { readSettings, type Settings } from "./config.ts";
import { type ProjectManifest, readManifest } from "./project/readManifest.ts";
import { sayServing } from "./project/sayServing.ts";
import { requireStartable, serviceMismatches } from "./project/servicesMatch.ts";
import { environmentNames } from "./release/environment.ts";
import { sentence } from "./release/problem.ts";

/** Settings -> release -> platform -> outputs. */
async function stack(): Promise<Record<string, unknown>> {
  const project = pulumi.getRootDirectory();
  const settings = readSettings(pulumi.allConfig(), pulumi.getProject());
  const manifests = manifestsOf(project, settings);
  requireStartable(settings, manifests);
  for (const it of environmentNames.flatMap((name) => manifests[name] ?? [])) {
    for (const line of serviceMismatches(settings, it)) await pulumi.log.warn(line);
  }
  await pulumi.log.info(await sayServing(project, pulumi.getStack(), settings));
  return deployLocal({ stack: pulumi.getStack(), project, settings, manifests });
}

type Manifests = { blue?: ProjectManifest; green?: ProjectManifest };

function manifestsOf(project: string, settings: Settings): Manifests {
  return Object.fromEntries(
    environmentNames.flatMap((name) => {
      const version = settings[name];
      if (version === undefined) return [];
      return [[name, readManifest(project, settings.releases, version)]];
    }),
  );
}

export default async () =>
  stack().catch((error: unknown) => {
    // The whole text at once and no stack: this is read by a person. Pulumi also takes the stack apart before it tells the
    // message, which costs up to half a minute on Node 20.20.
    const told = new pulumi.RunError(sentence(error));
    told.stack = told.message;
    throw told;
  });
