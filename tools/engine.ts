import { copyFile, link, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CachedTool } from "./cache.ts";
import { outputOf, versionOf } from "./command.ts";
import { digestOfSources, runGo } from "./go.ts";
import { environment, type ToolSettings } from "./settings.ts";
import { versions } from "./versions.ts";

const source = fileURLToPath(new URL("./engine/", import.meta.url));
const enginePackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** Names of the executables that make an engine with its Node language host. */
export const engineBinary = "pulumi";
export const hostBinary = "pulumi-language-nodejs";
const dynamicProviderBinary = "pulumi-resource-pulumi-nodejs";

/**
 * The Pulumi engine built from its Go module, with our own Node language host beside it: for machines
 * where Go is but Pulumi is not. The folder's name carries a digest of the sources it was built from.
 */
export async function builtEngine(settings: ToolSettings): Promise<CachedTool> {
  return {
    name: `pulumi-${versions.pulumi.provided}-${await sourceDigest()}`,
    title: `Pulumi engine ${versions.pulumi.provided}`,
    binaries: [engineBinary, hostBinary, dynamicProviderBinary],
    install: (folder) => build(folder, settings),
  };
}

async function sourceDigest(): Promise<string> {
  const hostFiles = (await readdir(join(source, "host"))).filter((name) => name.endsWith(".go")).sort();
  const files = ["go.mod", "go.sum", "pulumi.go", ...hostFiles.map((file) => join("host", file))];
  return await digestOfSources(source, files, versions.pulumi.provided);
}

async function build(folder: string, settings: ToolSettings): Promise<string> {
  const what = `the Pulumi engine ${versions.pulumi.provided}`;
  settings.progress?.(`building ${what} from its Go module (about 4 minutes the first time)`);
  const took = await runGo(
    { source, what, instead: "install Pulumi itself so that `pulumi` is on PATH" },
    [
      ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false"],
      ...["-ldflags", `-s -w -X ${versionVariable}=v${versions.pulumi.provided}`],
      ...["-o", `${folder}/`, "./host", enginePackage],
    ],
    settings,
  );
  await rename(join(folder, "host"), join(folder, hostBinary));
  await sameFile(join(folder, hostBinary), join(folder, dynamicProviderBinary));
  settings.progress?.(`built the Pulumi engine (${took})`);

  const version = await engineVersion(join(folder, engineBinary), settings);
  if (version !== versions.pulumi.provided) {
    throw new Error(
      `the engine that was built says it is ${version ?? "of no version"}, not ${versions.pulumi.provided}`,
    );
  }
  return version;
}

/** A second name for a file; a copy where the file system has no hard links. A symbolic link would be
 * taken by the engine for a plugin from elsewhere, and warned about. */
async function sameFile(from: string, to: string): Promise<void> {
  await mkdir(join(to, ".."), { recursive: true });
  await link(from, to).catch(async () => await copyFile(from, to));
}

/** What `pulumi version` says, without the leading v. */
export async function engineVersion(path: string, settings: ToolSettings): Promise<string | undefined> {
  const env = { ...environment(settings), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const said = await outputOf(path, ["version"], { ...settings, env });
  return /^v?(\d+\.\d+\.\d+)/.exec(said ?? "")?.[1] ?? (await versionOf(path, /v?(\d+\.\d+\.\d+)/, settings));
}
