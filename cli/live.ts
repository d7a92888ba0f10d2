import type { Settings } from "../config.ts";
import { readManifest } from "../project/readManifest.ts";
import type { SmokeRun } from "../provider/gates/smoke.ts";
import type { EnvironmentName } from "../release/environment.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { sayServed } from "../release/servesAsAsked.ts";
import { smokeVariables } from "../release/serviceVariables.ts";
import type { Context } from "./context.ts";
import { platformIn } from "./offered.ts";
import type { Platform, Serving } from "./platform/platform.ts";

/** The platform of a stack; on this machine nothing before its first deployment. Only the code of the one asked for is read. */
export async function findPlatform(context: Context): Promise<Platform | undefined> {
  if (platformIn(context) === "aws") return (await import("./platform/aws.ts")).awsPlatform(context);
  if (platformIn(context) === "kubernetes") {
    return (await import("./platform/kubernetes.ts")).kubernetesPlatform(context);
  }
  return (await import("./platform/local.ts")).findLocalPlatform(context);
}

export async function requirePlatform(context: Context): Promise<Platform> {
  const platform = await findPlatform(context);
  if (platform !== undefined) return platform;
  throw new Problem({
    happened: `Nothing is deployed: the stack ${context.stack} has no platform on this machine.`,
    where: context.dir,
    untouched: "Nothing was changed.",
    next: "deploy a first release with `greenlight release <version>` or `pulumi up`",
    exitCode: exitCodes.usage,
  });
}

/** The one environment that takes all users' traffic, with its version; undefined when that is not so. */
export async function liveNow(
  serving: Serving,
  platform: Platform,
): Promise<{ environment: EnvironmentName; version: string } | undefined> {
  const { environment } = serving;
  if (environment === undefined) return undefined;
  return { environment, version: (await platform.running())[environment].join("+") || "unknown" };
}

/** The smoke test of a version against one environment's own addresses. */
export function smokeRunOf(
  context: Context,
  settings: Settings,
  platform: Platform,
  environment: EnvironmentName,
  version: string,
): SmokeRun {
  const { manifest } = readManifest(context.project, settings.releases, version);
  const [program = "", ...args] = manifest.smoke.command;
  return {
    command: [program, ...args],
    directory: manifest.smoke.directory,
    env: { ...smokeVariables(platform.addresses(environment), environment, version), ...manifest.smoke.env },
    secretEnv: {},
    timeoutMs: manifest.smoke.timeout,
  };
}

/** What serves in words, with the time of the reading. */
export async function sayLive(serving: Serving, platform: Platform): Promise<string> {
  const at = serving.readAt.toISOString().slice(11, 19);
  const live = await liveNow(serving, platform);
  if (live !== undefined) return `${live.environment} ${live.version} serves 100 % (read back ${at})`;
  return `${sayServed(serving, platform.services)} (read back ${at})`;
}
