// Where node enters the pack. Pulumi's own language host starts packs by `require` and gives them none of the
// `nodeargs`, so what reads TypeScript is loaded here, where there is no bundle.
module.exports = import("../../tools/bundled.mjs").then(async ({ bundled }) => {
  const bundle = bundled("policies/stack-safety/index.ts");
  if (bundle !== undefined) return import(bundle);
  const { register } = await import("tsx/esm/api");
  register();
  return import("./index.ts");
});
