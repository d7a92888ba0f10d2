/**
 * Bundles each policy pack into a folder of its own that needs nothing of this repository but two packages from a registry, for
 * `pulumi policy publish` and for other projects; the folders' names go to stdout:
 *
 *     node --import tsx tools/packPolicies.ts [folder, by default .greenlight/packs]
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Metafile } from "esbuild";
import { z } from "zod";
import { reportAndExitCode } from "./terminal.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** What every pack is served by: installed beside it, never bundled, so that the engine's starter and the pack share it. */
const served = ["@pulumi/policy", "@pulumi/pulumi"] as const;
/** Pages that the policies of a pack point to. */
const pages = ["docs/checklist.md", "docs/policies.md"] as const;

const packageShape = z.looseObject({ name: z.string(), version: z.string(), description: z.string() });
const ownShape = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

/** A pack as it was bundled. */
export interface Packed {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
}

/** Names of the packs in `policies/`: its folders that have a PulumiPolicy.yaml. */
export function packNames(): readonly string[] {
  return readdirSync(join(root, "policies"), { withFileTypes: true, recursive: true })
    .filter((it) => it.isFile() && it.name === "PulumiPolicy.yaml")
    .map((it) => it.parentPath.slice(join(root, "policies").length + 1))
    .sort();
}

/**
 * Bundles packs; each folder is put in place whole.
 *
 * @param target folder that gets one folder a pack
 * @throws when the bundler has anything to remark: then the bundle would not be what the sources are
 */
export async function packPolicies(target: string, names: readonly string[] = packNames()): Promise<readonly Packed[]> {
  mkdirSync(target, { recursive: true });
  return Promise.all(names.map((name) => packOne(name, resolve(target, name))));
}

async function packOne(name: string, folder: string): Promise<Packed> {
  const source = join(root, "policies", name);
  const unfinished = join(dirname(folder), `.unfinished-${name}-${process.pid}`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    const { metafile, warnings } = await build({
      absWorkingDir: root,
      entryPoints: [join(source, "index.ts")],
      outfile: join(unfinished, "index.cjs"),
      bundle: true,
      platform: "node",
      target: "node20.12",
      format: "cjs",
      charset: "utf8",
      external: [...served],
      legalComments: "eof",
      metafile: true,
      logLevel: "silent",
    });
    if (warnings.length > 0) throw new Error(`${name}: ${warnings.map((it) => it.text).join("; ")}`);
    writeFileSync(join(unfinished, "package.json"), `${JSON.stringify(packageOf(source), undefined, 2)}\n`);
    writeFileSync(join(unfinished, "LICENSES.txt"), licensesOf(metafile));
    cpSync(join(source, "PulumiPolicy.yaml"), join(unfinished, "PulumiPolicy.yaml"));
    for (const page of pages) cpSync(join(root, page), join(unfinished, page));
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    return { name, folder };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function packageOf(source: string): object {
  const { name, version, description } = packageShape.parse(readJson(join(source, "package.json")));
  const own = ownShape.parse(readJson(join(root, "package.json")));
  const versions = { ...own.dependencies, ...own.devDependencies };
  return {
    name,
    version,
    description,
    license: "MIT",
    main: "index.cjs",
    files: ["index.cjs", "PulumiPolicy.yaml", "LICENSES.txt", "docs"],
    engines: { node: ">=20.12" },
    dependencies: Object.fromEntries(served.map((it) => [it, versions[it]])),
  };
}

/** The licences of everything that went into a bundle. */
function licensesOf(metafile: Metafile): string {
  const packages = Object.keys(metafile.inputs).flatMap((input) => {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    return folder === undefined ? [] : [folder];
  });
  const texts = [...new Set(packages)].sort().map((folder) => {
    const file = readdirSync(join(root, folder)).find((it) => /^licen[cs]e/i.test(it));
    if (file === undefined) throw new Error(`${folder} states no licence`);
    return `${folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length)}\n\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
  });
  return [`Greenlight\n\n${readFileSync(join(root, "LICENSE"), "utf8").trim()}\n`, ...texts].join("\n---\n\n");
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const packed = await packPolicies(resolve(process.argv[2] ?? join(root, ".greenlight", "packs")));
    process.stdout.write(packed.map(({ folder }) => `${folder}\n`).join(""));
  } catch (error) {
    process.exitCode = reportAndExitCode(error);
  }
}
