import { delimiter, dirname } from "node:path";
import { type Envoy, ensureEnvoy, findEnvoy } from "./envoy.ts";
import type { ProvidedProgram } from "./goProgram.ts";
import { ensureKubernetes, findKubernetes, type Kubernetes } from "./kubernetes.ts";
import { ensureMoto, findMoto, type Moto } from "./moto.ts";
import { ensurePostgres, findPostgres, type Postgres } from "./postgres.ts";
import { ensurePrometheus, findPrometheus } from "./prometheus.ts";
import { ensurePulumi, findPulumi, type Pulumi } from "./pulumi.ts";
import { findRandom, type RandomProvider } from "./random.ts";
import { ensureRclone, findRclone } from "./rclone.ts";
import { environment, type ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";
import { type ToolName, toolNames } from "./versions.ts";

export type { ToolSettings } from "./settings.ts";
export { laterToolNames, type ToolName, toolNames } from "./versions.ts";

export interface Tools {
  readonly pulumi: Pulumi;
  readonly envoy: Envoy;
  readonly postgres: Postgres;
  readonly random: RandomProvider;
  readonly moto: Moto;
  readonly kubernetes: Kubernetes;
  readonly prometheus: ProvidedProgram;
  readonly rclone: ProvidedProgram;
}

/** How programs are to be started so that they find the tools. */
export interface ToolPaths {
  /** Folders to put before PATH for the engine. */
  readonly pathEntries: readonly string[];
  /** Environment for the engine: no update checks, no telemetry; PATH is not in it. */
  readonly env: Readonly<Record<string, string>>;
}

export type Toolchain<W extends ToolName = ToolName> = Pick<Tools, W> & ToolPaths;

export interface EnsureOptions<W extends ToolName = ToolName> extends ToolSettings {
  /** Which tools to ensure; default all that a release needs. */
  readonly want?: readonly W[];
}

/** What keeps the engine from asking the network for anything that was not ordered. */
const quietEngine = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
  PULUMI_SUPPRESS_NEO_LINK: "true",
  DO_NOT_TRACK: "1",
} as const;

/**
 * The tools a release needs, installed first where they are missing: into a cache shared by all clones of
 * this user, checked, safe to interrupt and to run twice at once.
 *
 * @throws Problem with exit code `missingTool` naming the tool and the step that mends it.
 */
export async function ensureToolchain<W extends ToolName = ToolName>(
  options: EnsureOptions<W> = {},
): Promise<Toolchain<W>> {
  const tools: Partial<Tools> = {};
  for (const name of options.want ?? toolNames) {
    options.signal?.throwIfAborted();
    Object.assign(tools, { [name]: await ensure[name](options) });
  }
  // Every wanted name was assigned above or its ensure threw.
  return { ...tools, ...paths(tools) } as Toolchain<W>;
}

/** A tool that is there now, without installing or asking anything; undefined where it is missing. */
export async function findTool<Name extends ToolName>(
  name: Name,
  settings: ToolSettings = {},
): Promise<Tools[Name] | undefined> {
  return (await find[name](settings)).found;
}

export type Searches = { readonly [Name in ToolName]: Search<Tools[Name]> };

/** What was found, and for what was not, why and how to mend it. */
export async function searchTools(settings: ToolSettings = {}): Promise<Searches> {
  const [pulumi, envoy, postgres, random, moto, kubernetes, prometheus, rclone] = await Promise.all([
    find.pulumi(settings),
    find.envoy(settings),
    find.postgres(settings),
    find.random(settings),
    find.moto(settings),
    find.kubernetes(settings),
    find.prometheus(settings),
    find.rclone(settings),
  ]);
  return { pulumi, envoy, postgres, random, moto, kubernetes, prometheus, rclone };
}

/** PATH with the toolchain's folders before the rest. */
export function pathWith(toolchain: ToolPaths, settings: ToolSettings = {}): string {
  return [...toolchain.pathEntries, environment(settings).PATH ?? ""].filter((part) => part !== "").join(delimiter);
}

const find: { readonly [Name in ToolName]: (settings: ToolSettings) => Promise<Search<Tools[Name]>> } = {
  pulumi: findPulumi,
  envoy: findEnvoy,
  postgres: findPostgres,
  random: findRandom,
  moto: findMoto,
  kubernetes: findKubernetes,
  prometheus: findPrometheus,
  rclone: findRclone,
};

const ensure: { readonly [Name in ToolName]: (settings: ToolSettings) => Promise<Tools[Name]> } = {
  pulumi: ensurePulumi,
  envoy: ensureEnvoy,
  postgres: ensurePostgres,
  moto: ensureMoto,
  kubernetes: ensureKubernetes,
  prometheus: ensurePrometheus,
  rclone: ensureRclone,
  random: async (settings) => {
    const { found } = await findRandom(settings);
    if (found === undefined)
      throw new Error("the stand-in for the random provider is part of this project, yet it was not found");
    return found;
  },
};

function paths(tools: Partial<Tools>): ToolPaths {
  const folders = tools.pulumi === undefined ? [] : [dirname(tools.pulumi.path), dirname(tools.pulumi.languageHost)];
  return { pathEntries: [...new Set(folders)], env: quietEngine };
}
