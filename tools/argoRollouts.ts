import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { type CachedTool, inspectCache, provide } from "./cache.ts";
import { versionOf } from "./command.ts";
import { digestOfSources, findGo, type GoModule, moduleFolder, runGo } from "./go.ts";
import { environment, type ToolSettings } from "./settings.ts";
import { versions } from "./versions.ts";

/** Argo Rollouts, for the benchmark alone: no release, rehearsal or test needs it. */
export interface ArgoRollouts {
  /** Its controller's executable. */
  readonly controller: string;
  /** Its plugin of kubectl, which is a command by itself. */
  readonly plugin: string;
  /** The definitions of its kinds, a YAML file each. */
  readonly definitions: readonly string[];
  readonly version: string;
}

const { provided } = versions.argoRollouts;
const name = "github.com/argoproj/argo-rollouts";
const module: GoModule = {
  source: fileURLToPath(new URL("./argoRollouts/", import.meta.url)),
  what: `Argo Rollouts ${provided}`,
  instead: "measure the figures that need none",
};

const controller = "rollouts-controller";
const plugin = "kubectl-argo-rollouts";
const kinds = ["rollout", "experiment", "analysis-run", "analysis-template", "cluster-analysis-template"];
const definitions = kinds.map((kind) => join("crds", `${kind}-crd.yaml`));
/** Without it the programs say that they are of no version. */
const versionFlag = `-X ${name}/utils/version.version=${provided}`;

async function builtArgoRollouts(settings: ToolSettings): Promise<CachedTool> {
  const digest = await digestOfSources(module.source, ["go.mod", "go.sum"], versionFlag, ...definitions);
  return {
    name: `argo-rollouts-${provided}-${digest}`,
    title: module.what,
    binaries: [controller, plugin, ...definitions],
    install: (folder) => build(folder, settings),
  };
}

/**
 * Argo Rollouts from the cache, built first where it is not there yet. One that a person installed is not used: what is compared is pinned.
 *
 * @throws Problem with exit code `missingTool` where there is no Go, or Go cannot build it
 */
export async function ensureArgoRollouts(settings: ToolSettings): Promise<ArgoRollouts> {
  const tool = await builtArgoRollouts(settings);
  const go = await findGo(settings);
  if ((await inspectCache(tool, environment(settings))).state !== "ready" && "missing" in go) {
    throw new Problem({
      happened: `Argo Rollouts is missing: it is not in the cache, and ${go.missing}.`,
      untouched: "Nothing was installed.",
      next: "install Go",
      exitCode: exitCodes.missingTool,
    });
  }
  const { folder, version } = await provide(tool, settings);
  return {
    controller: join(folder, controller),
    plugin: join(folder, plugin),
    definitions: definitions.map((it) => join(folder, it)),
    version,
  };
}

async function build(folder: string, settings: ToolSettings): Promise<string> {
  settings.progress?.(`building ${module.what} from its Go module (several minutes the first time)`);
  await mkdir(join(folder, "crds"));
  const from = join(await moduleFolder(module, name, settings), "manifests");
  for (const it of definitions) await copyFile(join(from, it), join(folder, it));
  const took = await runGo(
    module,
    [
      ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${versionFlag}`],
      ...["-o", `${folder}/`, `${name}/cmd/${controller}`, `${name}/cmd/${plugin}`],
    ],
    settings,
  );
  settings.progress?.(`built ${module.what} (${took})`);
  const version = await versionOf(join(folder, controller), /v(\d+\.\d+\.\d+)/, settings);
  if (version !== provided) throw new Error(`the controller that was built says it is ${version ?? "of no version"}`);
  return version;
}
