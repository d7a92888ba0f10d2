import type { Settings } from "../config.ts";
import { readManifest } from "../project/readManifest.ts";
import type { SmokeRun } from "../provider/gates/smoke.ts";
import { readRecords } from "../provider/local/instanceRecord.ts";
import type { TrafficPlace } from "../provider/local/moveTraffic.ts";
import type { PlatformFacts } from "../provider/local/platformFacts.ts";
import { readPlatform, readServing, type Serving } from "../provider/local/serving.ts";
import { type EnvironmentName, environmentNames } from "../release/environment.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { smokeVariables } from "../release/serviceVariables.ts";
import type { Context } from "./context.ts";

/** What is there on the platform, as read: the facts that commands work with when there is no engine. */
export interface Platform {
  readonly facts: PlatformFacts;
  readonly place: TrafficPlace;
  serving(): Promise<Serving>;
  /** Versions whose processes run in each environment, read from the processes' records; empty where none do. */
  running(): Readonly<Record<EnvironmentName, readonly string[]>>;
}

/** The platform of a stack; nothing before its first deployment. */
export function findPlatform(context: Context): Platform | undefined {
  const facts = readPlatform(context.dir);
  if (facts === undefined) return undefined;
  return {
    facts,
    place: {
      dir: context.dir,
      listen: facts.listen,
      adminPort: facts.adminPort,
      services: facts.services.map((service) => service.name),
    },
    serving: () => readServing(facts),
    running: () => {
      const alive = readRecords(context.dir).filter((it) => it.alive);
      const of = (name: EnvironmentName) => [
        ...new Set(alive.filter((it) => it.environment === name).map((it) => it.version)),
      ];
      return { blue: of("blue"), green: of("green") };
    },
  };
}

export function requirePlatform(context: Context): Platform {
  const platform = findPlatform(context);
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
export function liveNow(
  serving: Serving,
  platform: Platform,
): { environment: EnvironmentName; version: string } | undefined {
  const { environment } = serving;
  if (environment === undefined) return undefined;
  const versions = platform.running()[environment];
  return { environment, version: versions.length === 1 ? (versions[0] ?? "unknown") : versions.join("+") || "unknown" };
}

/** The smoke test of a version against one environment's own addresses. */
export function smokeRunOf(
  context: Context,
  settings: Settings,
  facts: PlatformFacts,
  environment: EnvironmentName,
  version: string,
): SmokeRun {
  const { manifest } = readManifest(context.project, settings.releases, version);
  const addresses = Object.fromEntries(
    facts.services.map((service) => [service.name, `http://${facts.listen}:${service.direct[environment]}`]),
  );
  const [program = "", ...args] = manifest.smoke.command;
  return {
    command: [program, ...args],
    directory: manifest.smoke.directory,
    env: { ...smokeVariables(addresses, environment, version), ...manifest.smoke.env },
    secretEnv: {},
    timeoutMs: manifest.smoke.timeout,
  };
}

/** What serves in words, with the time of the reading. */
export function sayLive(serving: Serving, platform: Platform): string {
  const at = serving.readAt.toISOString().slice(11, 19);
  const live = liveNow(serving, platform);
  if (live !== undefined) return `${live.environment} ${live.version} serves 100 % (read back ${at})`;
  const shares = platform.facts.services.map(({ name }) => {
    const weights = serving.weights[name];
    const said = environmentNames.map((it) => `${it} ${weights?.[it] ?? "?"} %`).join(", ");
    return `${name}: ${said}`;
  });
  return `${shares.join("; ")} (read back ${at})`;
}
