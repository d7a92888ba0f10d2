import { dirname, join } from "node:path";
import semver from "semver";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem, sentence } from "../release/problem.ts";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { builtEngine, engineBinary, engineVersion, hostBinary } from "./engine.ts";
import { findGo } from "./go.ts";
import { findOnPath, isExecutable, isInside, pathFolders } from "./lookup.ts";
import { cacheFolder, environment, ignoresInstalled, pulumiHome, type ToolSettings } from "./settings.ts";
import type { Search, Source } from "./tool.ts";
import { versions } from "./versions.ts";

/** The Pulumi engine and the language host that runs Node programs for it. */
export interface Pulumi {
  readonly path: string;
  readonly version: string;
  readonly source: Source;
  readonly languageHost: string;
}

export async function findPulumi(settings: ToolSettings): Promise<Search<Pulumi>> {
  const { found, complaint } = await findInstalled(settings);
  if (found !== undefined) return { found };

  const env = environment(settings);
  for (const tool of [await builtEngine(settings), officialEngine(settings)]) {
    const cached = await inspectCache(tool, env);
    if (cached.state === "ready") return { found: fromCache(tool, cached) };
  }
  const go = await findGo(settings);
  if ("missing" in go) {
    return {
      found: undefined,
      missing: `${complaint}, and ${go.missing}`,
      would: "download the official build, when told to",
      mend: `install Pulumi ${versions.pulumi.oldest} or newer (with its Node language host), or Go, and run this again`,
    };
  }
  return {
    found: undefined,
    missing: complaint,
    would: `build engine ${versions.pulumi.provided} from its Go module with Go ${go.version} (about 4 minutes)`,
    mend: "npx tsx tools/install.ts pulumi",
  };
}

export async function ensurePulumi(settings: ToolSettings): Promise<Pulumi> {
  const search = await findPulumi(settings);
  if (search.found !== undefined) return search.found;

  if (!("missing" in (await findGo(settings)))) {
    const tool = await builtEngine(settings);
    return fromCache(tool, await provide(tool, settings));
  }
  const question =
    `Pulumi is missing (${search.missing}). Download the official build ${versions.pulumi.provided} with Pulumi's own ` +
    "installer into our cache?";
  if (settings.offline !== true && (await settings.ask?.(question)) === true) {
    const tool = officialEngine(settings);
    return fromCache(tool, await provide(tool, settings));
  }
  throw new Problem({
    happened: `Pulumi is missing: ${search.missing}.`,
    untouched: "Nothing was installed or changed.",
    next: search.mend,
    exitCode: exitCodes.missingTool,
  });
}

function fromCache(tool: CachedTool, { folder, version }: { folder: string; version: string }): Pulumi {
  const binary = (name: string) => join(folder, tool.binaries.find((path) => path.endsWith(name)) ?? name);
  return { path: binary(`${engineBinary}`), version, source: "cache", languageHost: binary(hostBinary) };
}

async function findInstalled(settings: ToolSettings): Promise<{ found?: Pulumi; complaint: string }> {
  const env = environment(settings);
  if (ignoresInstalled(env)) return { complaint: "installed ones are ignored (GREENLIGHT_IGNORE_INSTALLED)" };
  const folders = [...pathFolders(env), join(pulumiHome(env), "bin")];
  let complaint = "it is not on PATH";
  for (const folder of folders) {
    const path = join(folder, engineBinary);
    // What a shell got from `greenlight env` is ours, and is looked up as such.
    if (!(await isExecutable(path)) || (await isInside(path, cacheFolder(env)))) continue;
    const version = await engineVersion(path, settings);
    if (version === undefined) complaint = `${path} does not tell its version`;
    else if (semver.lt(version, versions.pulumi.oldest)) {
      complaint = `${path} is ${version}, older than ${versions.pulumi.oldest}`;
    } else {
      const languageHost = await findOnPath(hostBinary, env, [dirname(path), ...folders]);
      if (languageHost !== undefined)
        return { found: { path, version, source: "installed", languageHost }, complaint: "" };
      complaint = `${path} has no ${hostBinary} beside it or on PATH`;
    }
  }
  return { complaint };
}

/** The official build, fetched by Pulumi's own installer; only ever used after asking. */
function officialEngine(settings: ToolSettings): CachedTool {
  const version = versions.pulumi.provided;
  return {
    name: `pulumi-official-${version}`,
    title: `Pulumi ${version} (official build)`,
    binaries: [`bin/${engineBinary}`, `bin/${hostBinary}`],
    install: async (folder) => {
      settings.progress?.(`downloading the official build of Pulumi ${version}`);
      try {
        const { default: automation } = await import("@pulumi/pulumi/automation/index.js");
        await automation.PulumiCommand.install({ root: folder, version: new semver.SemVer(version) });
      } catch (error) {
        throw new Problem({
          happened: `Pulumi's installer did not get through: ${sentence(error)}`,
          untouched: "Nothing was installed.",
          next: "install Pulumi by hand so that `pulumi` is on PATH, or install Go, and run this again",
          exitCode: exitCodes.missingTool,
          cause: error,
        });
      }
      const said = await engineVersion(join(folder, "bin", engineBinary), settings);
      if (said === undefined) throw new Error("the engine that was downloaded does not start");
      return said;
    },
  };
}
