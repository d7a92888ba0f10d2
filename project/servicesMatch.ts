import { databaseVariableNames } from "../components/aws/databaseVariables.ts";
import type { Settings } from "../config.ts";
import { environmentNames } from "../release/environment.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import type { ProjectManifest } from "./readManifest.ts";

type Manifests = Readonly<{ blue?: ProjectManifest; green?: ProjectManifest }>;

/**
 * Where a manifest and the settings speak of different services; empty when they do not. That may be for a while: a service
 * comes or goes with a release, and the other side still has the old set.
 */
export function serviceMismatches(settings: Settings, { manifest, file }: ProjectManifest): string[] {
  const asked = Object.keys(settings.services);
  const offered = Object.keys(manifest.services);
  return [
    ...asked
      .filter((name) => !offered.includes(name))
      .map((name) => `the manifest has no service ${name}, which the settings name (${file})`),
    ...offered
      .filter((name) => !asked.includes(name))
      .map((name) => `the settings have no service ${name}, which the manifest names (${file})`),
  ];
}

/** @throws Problem naming everything that can be right at no time: nothing to start, nothing to migrate. */
export function requireStartable(settings: Settings, manifests: Manifests): void {
  const all = environmentNames.flatMap((name) => manifests[name] ?? []);
  const orphans = Object.keys(settings.services).filter(
    (name) => all.length > 0 && !all.some(({ manifest }) => Object.hasOwn(manifest.services, name)),
  );
  const faults = [
    ...orphans.map((name) => `the settings name service ${name}, which no manifest has`),
    ...all.flatMap(({ manifest, file }) => [
      ...unstartable(settings, manifest.services).map((line) => `${line} (${file})`),
      ...saidTwice(settings, manifest.services).map((line) => `${line} (${file})`),
      ...(manifest.database.tool !== "none" && !migrates(settings)
        ? [`the manifest migrates a database, and the settings have none (${file})`]
        : []),
      ...withoutMigrator(settings, manifest).map((line) => `${line} (${file})`),
    ]),
  ];
  if (faults.length === 0) return;
  throw new Problem({
    happened: `The manifests do not fit the stack's settings:\n${faults.map((line) => `  ${line}`).join("\n")}`,
    where: all.map(({ file }) => file).join(", "),
    untouched: "Nothing was changed.",
    next: "correct the manifest or the settings",
    exitCode: exitCodes.usage,
  });
}

/** Services of a manifest that have not what the platform starts them from. */
function unstartable({ platform }: Settings, services: ProjectManifest["manifest"]["services"]): string[] {
  const needs = { local: "command", aws: "image", kubernetes: "image" } as const;
  return Object.entries(services)
    .filter(([, it]) => it[needs[platform]] === undefined)
    .map(([name]) => `services.${name} has no ${needs[platform]}, which the platform ${platform} starts`);
}

/** Variables of a manifest that the stack sets itself, for a service that asks for its database. */
function saidTwice({ platform, aws }: Settings, services: ProjectManifest["manifest"]["services"]): string[] {
  if (platform !== "aws") return [];
  return Object.entries(services)
    .filter(([name]) => aws?.services[name]?.database === true)
    .flatMap(([name, { env }]) =>
      Object.keys(env)
        .filter((variable) => databaseVariableNames.includes(variable))
        .map((variable) => `services.${name}.env.${variable} is set by aws.services.${name}.database: take one out`),
    );
}

/** Whether the settings say how, and where, a migration runs. */
export function migrates({ platform, database, aws, kubernetes }: Settings): boolean {
  const how = { local: database, aws: aws?.database?.migration, kubernetes: kubernetes?.database?.migration };
  return how[platform] !== undefined;
}

/** In a cluster a migration runs with the image of a service, which the manifest must have. */
function withoutMigrator(settings: Settings, { database, services }: ProjectManifest["manifest"]): string[] {
  const { platform } = settings;
  const service =
    platform === "local" || database.tool === "none" ? undefined : settings[platform]?.database?.migration?.service;
  if (service === undefined || Object.hasOwn(services, service)) return [];
  return [`${platform}.database.migration.service is ${service}, which the manifest does not have`];
}
