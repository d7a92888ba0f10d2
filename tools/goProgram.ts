import { join } from "node:path";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { versionOf } from "./command.ts";
import { digestOfSources, findGo, runGo } from "./go.ts";
import { findInstalled } from "./installed.ts";
import { environment, type ToolSettings } from "./settings.ts";
import type { Search, Source } from "./tool.ts";

/** A program that is there. */
export interface ProvidedProgram {
  readonly path: string;
  readonly version: string;
  readonly source: Source;
}

/** A program that a person may have installed, and that Go builds where not. */
export interface GoProgram {
  /** What it is called on PATH, and by tools/install.ts. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Oldest installed one that is taken. */
  readonly oldest: string;
  /** Version that is built. */
  readonly provided: string;
  /** Folder of the Go module that is built, and its files that make a build another one. */
  readonly module: { readonly folder: string; readonly files: readonly string[] };
  /** What Go is told besides. */
  readonly build: { readonly tags?: string; readonly versionFlag: string; readonly package: string };
  /** Finds the version, as its first group, in what the program says to `--version`. */
  readonly says: RegExp;
  /** How long building it takes, as in "about 3 minutes". */
  readonly takes: string;
}

/** Looks on PATH, then in the cache. */
export async function findGoProgram(it: GoProgram, settings: ToolSettings): Promise<Search<ProvidedProgram>> {
  const { found, complaint } = await findInstalled(it, (path) => versionOf(path, it.says, settings), settings);
  if (found !== undefined) return { found };
  const cached = await inspectCache(await built(it, settings), environment(settings));
  if (cached.state === "ready") {
    return { found: { path: join(cached.folder, it.name), version: cached.version, source: "cache" } };
  }
  const missing = cached.state === "damaged" ? `the one in the cache is damaged: ${cached.reason}` : complaint;
  const go = await findGo(settings);
  if ("missing" in go) {
    return { found: undefined, missing: `${missing}, and ${go.missing}`, would: undefined, mend: "install Go" };
  }
  const would = `build ${whole(it)} from its Go module with Go ${go.version} (${it.takes})`;
  return { found: undefined, missing, would, mend: `npx tsx tools/install.ts ${it.name}` };
}

/** @throws Problem with exit code `missingTool` where there is none and Go cannot build it */
export async function ensureGoProgram(it: GoProgram, settings: ToolSettings): Promise<ProvidedProgram> {
  const search = await findGoProgram(it, settings);
  if (search.found !== undefined) return search.found;
  if (search.would === undefined) {
    throw new Problem({
      happened: `${it.title} is missing: ${search.missing}.`,
      untouched: "Nothing was installed.",
      next: search.mend,
      exitCode: exitCodes.missingTool,
    });
  }
  const { folder, version } = await provide(await built(it, settings), settings);
  return { path: join(folder, it.name), version, source: "cache" };
}

const whole = ({ title, provided }: GoProgram) => `${title} ${provided}`;

async function built(it: GoProgram, settings: ToolSettings): Promise<CachedTool> {
  const { module, build: how } = it;
  const digest = await digestOfSources(module.folder, module.files, how.versionFlag, how.tags ?? "");
  return {
    name: `${it.name}-${it.provided}-${digest}`,
    title: whole(it),
    binaries: [it.name],
    install: (folder) => build(it, folder, settings),
  };
}

async function build(it: GoProgram, folder: string, settings: ToolSettings): Promise<string> {
  const { module, build: how } = it;
  settings.progress?.(`building ${whole(it)} from its Go module (${it.takes} the first time)`);
  const took = await runGo(
    {
      source: module.folder,
      what: whole(it),
      instead: `install ${it.oldest} or newer so that \`${it.name}\` is on PATH`,
    },
    [
      ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false"],
      ...(how.tags === undefined ? [] : ["-tags", how.tags]),
      ...["-ldflags", `-s -w -X ${how.versionFlag}`, "-o", join(folder, it.name), how.package],
    ],
    settings,
  );
  settings.progress?.(`built ${whole(it)} (${took})`);
  const version = await versionOf(join(folder, it.name), it.says, settings);
  if (version !== it.provided) {
    throw new Error(`the ${it.title} that was built says it is ${version ?? "of no version"}`);
  }
  return version;
}
