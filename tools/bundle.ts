/**
 * Bundles what the engine and a person start most often. A bundle starts in a fraction of the time and memory of its sources, which are
 * hundreds of files and a compiler. Nobody needs it: where it is missing or older than one of its sources, those run as they are.
 *
 *     node --import tsx tools/bundle.ts
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Loader, type Metafile, type Plugin } from "esbuild";
import { bundlesFolder, currentFile, freshBundle, outputOf, runner } from "./bundled.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What is started, by its source. */
const started = [
  "bench/noop/index.ts",
  "bench/noop/provider/main.ts",
  "cli/main.ts",
  "index.ts",
  "bench/emptyPacks/one/index.ts",
  "bench/emptyPacks/two/index.ts",
  "policies/checklist/index.ts",
  "policies/stack-safety/index.ts",
  "project/evidence/reading/thread.ts",
  "provider/main.ts",
  "tools/aws/main.ts",
  "tools/random/standin.ts",
  "tools/kubernetes/main.ts",
  // Pulumi's own, so that it shares the SDK with a program.
  runner,
];

/** Left in their packages, for they find files of their own there. */
const external = ["@prisma/schema-engine-wasm", "esbuild", "libpg-query", "ts-node", "tsx"];

/**
 * What Pulumi's SDK loads at its start for what nothing here does (functions stored in the cloud), or only who traces (then the sources run,
 * see node.mjs): loaded by who asks for a part of it.
 */
const seldom = new RegExp(
  `^(${[
    "typescript",
    "@npmcli/arborist",
    "@opentelemetry/(core|exporter-.*|instrumentation.*|resources|sdk-.*|semantic-conventions)",
  ].join("|")})$`,
);

/** A process that runs may still load parts of an older bundle: it is kept for so long. Milliseconds. */
const keptMs = 2 * 24 * 3_600_000;

/** Makes the bundle where there is none for these sources; two at once make the same. None of sources that change meanwhile. */
export async function bundle(): Promise<"made" | "there" | "changing"> {
  if (freshBundle() !== "") return "there";
  const began = Date.now();
  const folder = join(bundlesFolder, `making-${process.pid}`);
  try {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: started.map((source) => ({ in: source, out: outputOf(source) })),
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node20.12",
      keepNames: false,
      minifyWhitespace: true,
      metafile: true,
      logLevel: "error",
      external,
      banner: { js: banner },
      plugins: [nothingMapped, hooksLate, debugUntold, leaksUntraced, englishOnly, loadedLate, policyParts, placesKept],
    });
    requireDefaults(metafile);
    const sources = sourcesOf(metafile);
    if (sources.some(([, , modifiedMs]) => modifiedMs >= began)) return "changing";
    const name = createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 12);
    place(folder, join(bundlesFolder, name));
    const current = `${currentFile}.${process.pid}`;
    writeFileSync(current, JSON.stringify({ folder: name, sources }));
    renameSync(current, currentFile);
    removeOld(name);
    return "made";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What CommonJS modules have, in an output file that is none; under names that no module has. */
const banner = [
  'import { createRequire as requireFrom$ } from "node:module";',
  'import { fileURLToPath as pathOf$, pathToFileURL as urlOf$ } from "node:url";',
  "const require = requireFrom$(import.meta.url);",
  'const root$ = pathOf$(new URL("../..", import.meta.url));',
].join("\n");

const loaders: Readonly<Record<string, Loader>> = { ".ts": "ts", ".mts": "ts", ".cts": "ts" };

/** A module that asks where it is learns where its source is: files beside it are found as before. */
const placesKept: Plugin = {
  name: "places-kept",
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const here = `root$ + ${JSON.stringify(relative(root, path))}`;
      const loader = loaders[extname(path)] ?? "js";
      if (/\bimport\.meta\.(url|dirname|filename)\b/.test(text)) {
        const contents = text
          .replaceAll(/\bimport\.meta\.url\b/g, `urlOf$(${here}).href`)
          .replaceAll(/\bimport\.meta\.filename\b/g, `(${here})`)
          .replaceAll(/\bimport\.meta\.dirname\b/g, `(root$ + ${JSON.stringify(relative(root, dirname(path)))})`);
        return { contents, loader };
      }
      if (/\b__(dirname|filename)\b/.test(text)) {
        const names = `var __filename = ${here}, __dirname = root$ + ${JSON.stringify(relative(root, dirname(path)))};`;
        return { contents: `${names}${text}`, loader };
      }
      return { contents: text, loader };
    });
  },
};

const loadedLate: Plugin = {
  name: "loaded-late",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: seldom }, ({ path, namespace }) =>
      namespace === "loaded-late" ? { path, external: true } : { path, namespace: "loaded-late" },
    );
    onLoad({ filter: /.*/, namespace: "loaded-late" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, {
        get(_, name) {
          if (name === "__esModule") return true;
          const whole = require(${JSON.stringify(path)});
          return name === "default" && !whole.__esModule ? whole : whole[name];
        },
      });`,
      resolveDir: root,
    }));
  },
};

/** Of the SDK's index the policy SDK uses two parts, see policies/lean-sdk.ts, which a bundle does without. */
const policyParts: Plugin = {
  name: "policy-parts",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@pulumi\/pulumi$/ }, ({ path, importer }) =>
      /node_modules[\\/]@pulumi[\\/]policy[\\/]/.test(importer) ? { path, namespace: "policy-parts" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "policy-parts" }, () => ({
      contents: `module.exports = new Proxy({}, {
        get(_, name) {
          if (name === "__esModule") return true;
          if (name === "asset") return require("@pulumi/pulumi/asset/index.js");
          if (name === "Output") return require("@pulumi/pulumi/output.js").Output;
          return require("@pulumi/pulumi/index.js")[name];
        },
      });`,
      resolveDir: root,
    }));
    onResolve({ filter: /lean-sdk\.ts$/ }, ({ path }) => ({ path, namespace: "nothing-mapped" }));
  },
};

/** A bundle has no source maps; looking for some costs more than anything else that the SDK does. */
const nothingMapped: Plugin = {
  name: "nothing-mapped",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^source-map-support\/register(\.js)?$/ }, ({ path }) => ({
      path,
      namespace: "nothing-mapped",
    }));
    onLoad({ filter: /.*/, namespace: "nothing-mapped" }, () => ({ contents: "" }));
  },
};

/** The SDK's debugger session serves functions stored in the cloud: it is begun by the first of them, not by every program. */
const hooksLate = changed("hooks-late", /closure[\\/]v8Hooks\.js$/, {
  from: "async function isInitializedAsync() {\n    await getSession();\n}",
  to: "async function isInitializedAsync() {}",
});

/** The SDK tells the engine of each of its calls twice over, for who looks with `pulumi --debug`: from the sources it still does. */
const debugUntold = changed("debug-untold", /@pulumi[\\/]pulumi[\\/]log[\\/]index\.js$/, {
  from: "function debug(msg, resource, streamId, ephemeral) {\n",
  to: "function debug(msg, resource, streamId, ephemeral) {\n    return Promise.resolve();\n",
});

/** Where each promise was made is told with PULUMI_DEBUG_PROMISE_LEAKS, and taken down for all of them: there too the sources do. */
const leaksUntraced = changed("leaks-untraced", /@pulumi[\\/]pulumi[\\/]runtime[\\/]debuggable\.js$/, {
  from: "value: new Error().stack }",
  to: 'value: "(run it with GREENLIGHT_FROM_SOURCES=1)" }',
});

/** Ours are in English: the forty other languages of zod's messages would be read by every process. */
const englishOnly: Plugin = {
  name: "english-only",
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]/ }, ({ path }) =>
      /(en|index)\.js$/.test(path) ? undefined : { contents: "export default () => ({});" },
    );
  },
};

/** A place in the SDK that is another in a bundle; no bundle is made when the place is not there any more. */
function changed(name: string, filter: RegExp, { from, to }: { from: string; to: string }): Plugin {
  return {
    name,
    setup({ onLoad }) {
      onLoad({ filter }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        if (!text.includes(from)) return { errors: [{ text: `${path} has changed: see whether ${name} is needed` }] };
        return { contents: text.replace(from, to), loader: "js" };
      });
    },
  };
}

/** Every source of ours, and the file that changes with each installation of packages, as they are now. */
function sourcesOf({ inputs }: Metafile): [path: string, size: number, modifiedMs: number][] {
  const ours = Object.keys(inputs).filter(isOurs);
  return ["node_modules/.package-lock.json", "tools/bundle.ts", "tools/bundled.mjs", ...ours.sort()].map((path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    return [path, size, mtimeMs];
  });
}

/** Of a CommonJS package that is imported when it is needed, a bundle gives the default alone: a name taken from it would be missing. */
function requireDefaults({ inputs }: Metafile): void {
  for (const [path, { imports }] of Object.entries(inputs)) {
    if (!isOurs(path) || !/\.ts$/.test(path)) continue;
    const text = readFileSync(join(root, path), "utf8");
    for (const { kind, path: target, original } of imports) {
      if (kind !== "dynamic-import" || original === undefined || inputs[target]?.format !== "cjs") continue;
      if (new RegExp(`\\{ default: \\w+ \\} = await import\\("${original}"\\)`).test(text)) continue;
      throw new Error(
        `${path} imports ${original}, a CommonJS package: take its default, as in \`const { default: it } = await import(…)\``,
      );
    }
  }
}

/** Neither a package's nor a plugin's own. */
function isOurs(path: string): boolean {
  return !path.includes("node_modules/") && !/^[a-z-]+:/.test(path);
}

/** Puts a whole bundle where it is looked for; the same one may be there already. */
function place(made: string, wanted: string): void {
  try {
    renameSync(made, wanted);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST")))
      throw error;
    utimesSync(wanted, new Date(), new Date());
  }
}

function removeOld(current: string): void {
  for (const entry of readdirSync(bundlesFolder, { withFileTypes: true })) {
    const path = join(bundlesFolder, entry.name);
    if (!entry.isDirectory() || entry.name === current) continue;
    if (Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(bundlesFolder, { recursive: true });
  await bundle();
}
