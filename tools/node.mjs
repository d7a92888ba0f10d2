// Loaded before a Pulumi program of ours: `nodeargs: --import ./tools/node.mjs` in Pulumi.yaml. Starts the program's bundle where there is
// one; else lets node run TypeScript, and keeps an error of the program from costing half a minute before it is told.
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundled, runner } from "./bundled.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const runnerFile = realpathSync(require.resolve("@pulumi/pulumi/cmd/run/index.js"));

// Who traces wants to see what the SDK's own instruments see.
const traced = process.env.TRACEPARENT !== undefined || process.argv.some((arg) => arg.startsWith("--tracing="));
const bundledRunner = traced || real(process.argv[1] ?? "") !== runnerFile ? undefined : bundled(runner);
const program =
  bundledRunner === undefined ? undefined : process.argv.slice(2).find((arg) => bundleOf(arg) !== undefined);
if (bundledRunner !== undefined && program !== undefined) startBundles(bundledRunner, program);
else await readSources();

/**
 * The bundled program shares the SDK with the bundled runner, so that one is started instead of the runner that the language host named.
 * @param {string} bundledRunner
 * @param {string} program the argument that names it
 */
function startBundles(bundledRunner, program) {
  process.argv = process.argv.map((arg) => (arg === program ? (bundleOf(arg) ?? arg) : arg));
  const { addHook } = /** @type {typeof import("pirates")} */ (require("pirates"));
  const instead = `import(${JSON.stringify(pathToFileURL(bundledRunner).href)});`;
  addHook(() => instead, {
    exts: [".js"],
    ignoreNodeModules: false,
    matcher: (/** @type {string} */ file) => file === runnerFile,
  });
}

async function readSources() {
  // @pulumi/pulumi maps stack traces back to its TypeScript sources, whose paths then read
  // node_modules/@pulumi/config.ts; on such a path (a scope without a package) Node 20.20's coloured
  // util.inspect, with which @pulumi/pulumi tells errors, goes round in circles until a string is full.
  // Without maps for installed packages the paths are those of files that exist.
  const emptyMap = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });
  const fromPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  fromPulumi("source-map-support").install({
    handleUncaughtExceptions: false,
    retrieveSourceMap: (/** @type {string} */ source) =>
      source.includes("/node_modules/") ? { url: source, map: emptyMap } : null,
  });
  const { register } = await import("tsx/esm/api");
  register();
}

/**
 * The bundle of a program of ours.
 * @param {string} path
 */
function bundleOf(path) {
  const file = real(path);
  return file?.startsWith(root) && /\.ts$/.test(file) ? bundled(relative(root, file)) : undefined;
}

/** @param {string} path */
function real(path) {
  try {
    return realpathSync(resolve(path));
  } catch {
    return undefined;
  }
}
