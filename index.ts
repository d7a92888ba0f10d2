import * as pulumi from "@pulumi/pulumi";
import { deployLocal } from "./components/local/platform.ts";
import { readSettings, type Settings } from "./config.ts";
import { type ProjectManifest, readManifest } from "./project/readManifest.ts";
import { sayServing } from "./project/sayServing.ts";
import { sentence } from "./release/problem.ts";

/** Settings -> release -> platform -> outputs. */
async function stack(): Promise<Record<string, unknown>> {
  const project = pulumi.getRootDirectory();
  const settings = readSettings(pulumi.runtime.allConfig(), pulumi.getProject());
  const manifests = manifestsOf(project, settings);
  await pulumi.log.info(await sayServing(project, pulumi.getStack(), settings));
  return deployLocal({ stack: pulumi.getStack(), project, settings, manifests });
}

function manifestsOf(project: string, settings: Settings): { blue?: ProjectManifest; green?: ProjectManifest } {
  return {
    ...(settings.blue === undefined ? {} : { blue: readManifest(project, settings.releases, settings.blue) }),
    ...(settings.green === undefined ? {} : { green: readManifest(project, settings.releases, settings.green) }),
  };
}

export default async () =>
  stack().catch((error: unknown) => {
    // The whole text at once and no stack: this is read by a person.
    throw new pulumi.RunError(sentence(error));
  });
