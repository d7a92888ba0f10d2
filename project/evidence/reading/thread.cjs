// Where a reading thread begins: a thread of Node 20 does not inherit what reads TypeScript.
import("../../../tools/bundled.mjs").then(async ({ bundled }) => {
  const bundle = bundled("project/evidence/reading/thread.ts");
  if (bundle !== undefined) return import(bundle);
  const { register } = await import("tsx/esm/api");
  register();
  return import("./thread.ts");
});
