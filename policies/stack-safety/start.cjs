// Where node enters the pack. Pulumi's own language host starts packs by `require` and gives them none of the
// `nodeargs`, so what reads TypeScript is loaded here, where there is no bundle.
module.exports = import("../../tools/bundled.mjs").then(({ start }) => start("policies/stack-safety/index.ts"));
