import { createHash } from "node:crypto";
import { copyFile, link, mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import semver from "semver";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import type { CachedTool } from "./cache.ts";
import { duration, lastWords, outputOf, runLong, versionOf } from "./command.ts";
import { findOnPath } from "./lookup.ts";
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
  const hash = createHash("sha256").update(versions.pulumi.provided);
  const hostFiles = (await readdir(join(source, "host"))).filter((name) => name.endsWith(".go")).sort();
  for (const name of ["go.mod", "go.sum", "pulumi.go", ...hostFiles.map((file) => join("host", file))]) {
    hash.update(`\0${name}\0`).update(await readFile(join(source, name)));
  }
  return hash.digest("hex").slice(0, 10);
}

/** A Go that can build the engine, or what is in the way. */
export async function findGo(settings: ToolSettings): Promise<{ path: string; version: string } | { missing: string }> {
  const path = await findOnPath("go", environment(settings));
  if (path === undefined) return { missing: "Go is not on PATH" };
  const version = /^go(\d+\.\d+(?:\.\d+)?)/.exec((await outputOf(path, ["env", "GOVERSION"], settings)) ?? "")?.[1];
  if (version === undefined) return { missing: `${path} does not tell its version` };
  if (semver.lt(semver.coerce(version) ?? "0.0.0", versions.go.oldest)) {
    return { missing: `${path} is Go ${version}, older than ${versions.go.oldest}` };
  }
  return { path, version };
}

async function build(folder: string, settings: ToolSettings): Promise<string> {
  const go = await findGo(settings);
  if ("missing" in go) throw new Error(go.missing);
  const wanted = `v${versions.pulumi.provided}`;
  const env: NodeJS.ProcessEnv = {
    ...environment(settings),
    // Only what this module says counts, whatever the user's own settings for Go are.
    GOFLAGS: "",
    GOWORK: "off",
    ...(settings.offline === true ? { GOPROXY: "off" } : {}),
  };
  const started = Date.now();
  settings.progress?.(
    `building the Pulumi engine ${versions.pulumi.provided} from its Go module (about 4 minutes the first time)`,
  );
  try {
    await runLong(
      {
        file: go.path,
        args: [
          "build",
          "-mod=readonly",
          "-trimpath",
          "-buildvcs=false",
          "-ldflags",
          `-s -w -X ${versionVariable}=${wanted}`,
          "-o",
          `${folder}/`,
          "./host",
          enginePackage,
        ],
        cwd: source,
        env,
        doing: `building the Pulumi engine ${versions.pulumi.provided}`,
        timeoutMs: 60 * 60_000,
      },
      settings,
    );
  } catch (error) {
    settings.signal?.throwIfAborted();
    throw new Problem({
      happened: `The Pulumi engine ${versions.pulumi.provided} could not be built.\n${lastWords(error)}`,
      where: source,
      untouched: "Nothing was installed; what Go downloaded and compiled so far is kept in Go's own cache.",
      next: "mend what Go complains about and run this again, or install Pulumi itself so that `pulumi` is on PATH",
      exitCode: exitCodes.missingTool,
      cause: error,
    });
  }
  await rename(join(folder, "host"), join(folder, hostBinary));
  await sameFile(join(folder, hostBinary), join(folder, dynamicProviderBinary));
  settings.progress?.(`built the Pulumi engine (${duration(Date.now() - started)})`);

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
