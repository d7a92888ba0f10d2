import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { versionOf } from "./command.ts";
import { digestOfSources, findGo, runGo } from "./go.ts";
import { findInstalled } from "./installed.ts";
import { environment, type ToolSettings } from "./settings.ts";
import type { Search, Source } from "./tool.ts";
import { versions } from "./versions.ts";

/** A Prometheus that keeps and tells what an ingress counts. */
export interface Prometheus {
  readonly path: string;
  readonly version: string;
  readonly source: Source;
}

const source = fileURLToPath(new URL("./prometheus/module/", import.meta.url));
const binary = "prometheus";
const { provided, module } = versions.prometheus;
const what = `Prometheus ${provided}`;

/** Targets are given to it in a file: it needs no cloud's discovery, which is the most of its code. */
const withoutDiscovery = "remove_all_sd";

async function builtPrometheus(settings: ToolSettings): Promise<CachedTool> {
  const digest = await digestOfSources(source, ["go.mod", "go.sum"], module, withoutDiscovery);
  return {
    name: `prometheus-${provided}-${digest}`,
    title: what,
    binaries: [binary],
    install: (folder) => build(folder, settings),
  };
}

/** Looks on PATH, then in the cache. */
export async function findPrometheus(settings: ToolSettings): Promise<Search<Prometheus>> {
  const { found, complaint } = await findInstalled(
    { name: binary, oldest: versions.prometheus.oldest },
    saidVersion,
    settings,
  );
  if (found !== undefined) return { found };
  const cached = await inspectCache(await builtPrometheus(settings), environment(settings));
  if (cached.state === "ready") {
    return { found: { path: join(cached.folder, binary), version: cached.version, source: "cache" } };
  }
  const missing = cached.state === "damaged" ? `the one in the cache is damaged: ${cached.reason}` : complaint;
  const go = await findGo(settings);
  if ("missing" in go) {
    return { found: undefined, missing: `${missing}, and ${go.missing}`, would: undefined, mend: "install Go" };
  }
  const would = `build ${what} from its Go module with Go ${go.version} (about 3 minutes)`;
  return { found: undefined, missing, would, mend: "npx tsx tools/install.ts prometheus" };
}

/** @throws Problem with exit code `missingTool` where there is none and Go cannot build it */
export async function ensurePrometheus(settings: ToolSettings): Promise<Prometheus> {
  const search = await findPrometheus(settings);
  if (search.found !== undefined) return search.found;
  if (search.would === undefined) {
    throw new Problem({
      happened: `Prometheus is missing: ${search.missing}.`,
      untouched: "Nothing was installed.",
      next: search.mend,
      exitCode: exitCodes.missingTool,
    });
  }
  const { folder, version } = await provide(await builtPrometheus(settings), settings);
  return { path: join(folder, binary), version, source: "cache" };
}

async function build(folder: string, settings: ToolSettings): Promise<string> {
  settings.progress?.(`building ${what} from its Go module (about 3 minutes the first time)`);
  const took = await runGo(
    { source, what, instead: `install ${versions.prometheus.oldest} or newer so that \`prometheus\` is on PATH` },
    [
      ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", withoutDiscovery],
      ...["-ldflags", `-s -w -X github.com/prometheus/common/version.Version=${provided}`],
      ...["-o", `${folder}/`, "github.com/prometheus/prometheus/cmd/prometheus"],
    ],
    settings,
  );
  settings.progress?.(`built ${what} (${took})`);
  const version = await saidVersion(join(folder, binary), settings);
  if (version !== provided) throw new Error(`the Prometheus that was built says it is ${version ?? "of no version"}`);
  return version;
}

function saidVersion(path: string, settings: ToolSettings): Promise<string | undefined> {
  return versionOf(path, /prometheus, version (\d+\.\d+\.\d+)/, settings);
}
