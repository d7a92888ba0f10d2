// Where node enters the provider. Pulumi's own language host starts plugins by `require` and gives them none of the
// `nodeargs`, so what reads TypeScript is loaded here, where there is no bundle.
module.exports = import("../tools/bundled.mjs").then(({ start }) => start("provider/main.ts"));
