// As provider/start.cjs starts ours.
module.exports = import("../../../tools/bundled.mjs").then(async ({ bundled }) => {
  const bundle = bundled("bench/noop/provider/main.ts");
  if (bundle !== undefined) return import(bundle);
  const { register } = await import("tsx/esm/api");
  register();
  return import("./main.ts");
});
