import { fileURLToPath } from "node:url";
import { ensureGoProgram, findGoProgram, type GoProgram, type ProvidedProgram } from "./goProgram.ts";
import type { ToolSettings } from "./settings.ts";
import type { Search } from "./tool.ts";
import { versions } from "./versions.ts";

const { provided, oldest } = versions.rclone;

/** The client of stores such as S3, by which dumps on Kubernetes get there; and a server of S3 to try them on. */
const rclone: GoProgram = {
  name: "rclone",
  title: "rclone",
  oldest,
  provided,
  module: {
    folder: fileURLToPath(new URL("./rclone/", import.meta.url)),
    files: ["go.mod", "go.sum", "main.go"],
  },
  build: { versionFlag: `github.com/rclone/rclone/fs.Version=v${provided}`, package: "." },
  says: /rclone v(\d+\.\d+\.\d+)/,
  takes: "about a minute",
};

/** Looks on PATH, then in the cache. */
export function findRclone(settings: ToolSettings): Promise<Search<ProvidedProgram>> {
  return findGoProgram(rclone, settings);
}

/** @throws Problem with exit code `missingTool` where there is none and Go cannot build it */
export function ensureRclone(settings: ToolSettings): Promise<ProvidedProgram> {
  return ensureGoProgram(rclone, settings);
}
