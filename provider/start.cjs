// Where node enters the provider. Pulumi's own language host starts plugins by `require` and gives them none of the
// `nodeargs`, so what reads TypeScript is loaded here.
module.exports = import("tsx/esm/api").then(({ register }) => {
  register();
  return import("./main.ts");
});
