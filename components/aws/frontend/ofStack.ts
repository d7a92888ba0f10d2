import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../../config.ts";
import { digestFolder } from "../../../project/digestFolder.ts";
import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
import { exitCodes } from "../../../release/exitCodes.ts";
import { Problem } from "../../../release/problem.ts";
import type { AwsPlan } from "../sides.ts";
import { Frontend } from "./frontend.ts";

/** What was built of a version. */
export interface Build {
  readonly version: string;
  /** Absolute. */
  readonly folder: string;
  /** Of all that is in it. */
  readonly digest: string;
}
export type Builds = Partial<Record<EnvironmentName, Build>>;

/**
 * What was built of every version that is deployed; nothing for a stack without pages. Read before anything is asked of the engine.
 *
 * @throws Problem for a version without a build
 */
export function buildsOf(project: string, { aws, ...versions }: Pick<Settings, "aws" | EnvironmentName>): Builds {
  const builds: Builds = {};
  const folder = aws?.frontend?.builds;
  if (folder === undefined) return builds;
  for (const environment of environmentNames) {
    const version = versions[environment];
    if (version !== undefined) builds[environment] = buildOf(project, folder, version);
  }
  return builds;
}

/** The pages of a stack, where the settings have them. */
export function frontendOf(plan: AwsPlan, builds: Builds): Frontend | undefined {
  const { aws, settings, prefix, options } = plan;
  const { frontend } = aws;
  if (frontend === undefined) return undefined;
  const [host = ""] = frontend.hosts;
  return new Frontend(
    "frontend",
    {
      stack: prefix,
      account: aws.account,
      region: aws.region,
      hosts: frontend.hosts,
      certificate: frontend.certificate,
      index: frontend.index,
      singlePage: frontend.singlePage,
      contentSecurityPolicy: frontend.contentSecurityPolicy,
      builds,
      live: settings.live,
      address: frontend.address ?? `https://${host}`,
      ...(frontend.address === undefined ? {} : { host }),
      warmMs: frontend.warm,
      gates: { intervalMs: aws.gates.interval, deadlineMs: Math.min(aws.gates.deadline, 300_000) },
    },
    options(),
  );
}

function buildOf(project: string, builds: string, version: string): Build {
  const folder = join(project, builds, version);
  if (existsSync(folder)) return { version, folder, digest: digestFolder(folder) };
  throw new Problem({
    happened: `The frontend of ${version} was not built.`,
    where: join(builds, version),
    untouched: "Nothing was started.",
    next: `build it into ${join(builds, version)}, or correct greenlight:aws.frontend.builds`,
    exitCode: exitCodes.usage,
  });
}
