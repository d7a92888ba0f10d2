// Loaded before a Pulumi program of ours: `nodeargs: --import ./tools/node.mjs` in Pulumi.yaml. Lets node run
// TypeScript, and keeps an error of the program from costing half a minute before it is told.
//
// @pulumi/pulumi maps stack traces back to its TypeScript sources, whose paths then read
// node_modules/@pulumi/config.ts; on such a path (a scope without a package) Node 20.20's coloured
// util.inspect, with which @pulumi/pulumi tells errors, goes round in circles until a string is full.
// Without maps for installed packages the paths are those of files that exist.
import { createRequire } from "node:module";
import { register } from "tsx/esm/api";

const emptyMap = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });

const fromPulumi = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
fromPulumi("source-map-support").install({
  handleUncaughtExceptions: false,
  retrieveSourceMap: (/** @type {string} */ source) =>
    source.includes("/node_modules/") ? { url: source, map: emptyMap } : null,
});

register();
