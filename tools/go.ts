import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { duration, lastWords, outputOf, runLong } from "./command.ts";
import { findOnPath } from "./lookup.ts";
import { environment, type ToolSettings } from "./settings.ts";
import { versions } from "./versions.ts";

/** A Go that can build our modules, or what is in the way. */
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

/** Ten hexadecimal digits that differ when the versions or one of the files do. */
export async function digestOfSources(
  source: string,
  files: readonly string[],
  ...built: readonly string[]
): Promise<string> {
  const hash = createHash("sha256").update(built.join("\0"));
  for (const name of files) hash.update(`\0${name}\0`).update(await readFile(join(source, name)));
  return hash.digest("hex").slice(0, 10);
}

export interface GoModule {
  /** Folder of its go.mod. */
  readonly source: string;
  /** What it gives, as in "the Pulumi engine 3.259.0". */
  readonly what: string;
  /** What a person can do instead, as the end of "mend what Go complains about and run this again, or …". */
  readonly instead: string;
}

/**
 * Runs go in a module of ours, as the module says it and not as the user's own settings for Go do; returns how long it took.
 *
 * @throws Problem with Go's last words.
 */
export async function runGo(
  { source, what, instead }: GoModule,
  args: readonly string[],
  settings: ToolSettings,
): Promise<string> {
  const go = await findGo(settings);
  if ("missing" in go) throw new Error(go.missing);
  const env: NodeJS.ProcessEnv = {
    ...environment(settings),
    GOFLAGS: "",
    GOWORK: "off",
    ...(settings.offline === true ? { GOPROXY: "off" } : {}),
  };
  const started = Date.now();
  try {
    const command = { file: go.path, args, cwd: source, env, doing: `building ${what}`, timeoutMs: 60 * 60_000 };
    await runLong(command, settings);
  } catch (error) {
    settings.signal?.throwIfAborted();
    throw new Problem({
      happened: `${what.charAt(0).toUpperCase()}${what.slice(1)} could not be built.\n${lastWords(error)}`,
      where: source,
      untouched: "Nothing was installed; what Go downloaded and compiled so far is kept in Go's own cache.",
      next: `mend what Go complains about and run this again, or ${instead}`,
      exitCode: exitCodes.missingTool,
      cause: error,
    });
  }
  return duration(Date.now() - started);
}

/**
 * Folder in which Go keeps a module that one of ours pins, downloaded where it is not there yet.
 *
 * @throws Problem with Go's last words
 */
export async function moduleFolder(module: GoModule, name: string, settings: ToolSettings): Promise<string> {
  await runGo(module, ["mod", "download", name], settings);
  const go = await findGo(settings);
  if ("missing" in go) throw new Error(go.missing);
  const asked = ["-C", module.source, "list", "-m", "-f", "{{.Dir}}", name];
  const quiet = { ...environment(settings), GOFLAGS: "", GOWORK: "off", GOPROXY: "off" };
  const folder = await outputOf(go.path, asked, { ...settings, env: quiet });
  if (folder === undefined || folder === "") throw new Error(`Go does not say where ${name} is`);
  return folder;
}
