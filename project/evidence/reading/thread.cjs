// Where a reading thread begins: a thread of Node 20 does not inherit what reads TypeScript. Where there is no bundle, by `require`, which
// for what readers need takes two thirds of the time that `import` takes.
import("../../../tools/bundled.mjs").then(({ bundled }) => {
  const bundle = bundled("project/evidence/reading/thread.ts");
  if (bundle !== undefined) return import(bundle);
  require("tsx/cjs/api").register();
  return require("./thread.ts");
});
