// Where node enters the pack. Pulumi's own language host starts packs by `require` and gives them none of the
// `nodeargs`, so what reads TypeScript is loaded here.
module.exports = import("tsx/esm/api").then(({ register }) => {
  register();
  return import("./index.ts");
});
