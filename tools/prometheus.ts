import { fileURLToPath } from "node:url";
import { ensureGoProgram, findGoProgram, type GoProgram, type ProvidedProgram } from "./goProgram.ts";
import type { ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";
import { versions } from "./versions.ts";

const { provided, oldest } = versions.prometheus;

/** A Prometheus that keeps and tells what an ingress counts. */
const prometheus: GoProgram = {
  name: "prometheus",
  title: "Prometheus",
  oldest,
  provided,
  module: { folder: fileURLToPath(new URL("./prometheus/module/", import.meta.url)), files: ["go.mod", "go.sum"] },
  build: {
    // Targets are given to it in a file: it needs no cloud's discovery, which is the most of its code.
    tags: "remove_all_sd",
    versionFlag: `github.com/prometheus/common/version.Version=${provided}`,
    package: "github.com/prometheus/prometheus/cmd/prometheus",
  },
  says: /prometheus, version (\d+\.\d+\.\d+)/,
  takes: "about 3 minutes",
};

/** Looks on PATH, then in the cache. */
export function findPrometheus(settings: ToolSettings): Promise<Search<ProvidedProgram>> {
  return findGoProgram(prometheus, settings);
}

/** @throws Problem with exit code `missingTool` where there is none and Go cannot build it */
export function ensurePrometheus(settings: ToolSettings): Promise<ProvidedProgram> {
  return ensureGoProgram(prometheus, settings);
}
