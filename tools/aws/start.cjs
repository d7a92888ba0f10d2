// Where node enters the plugin. Pulumi's own language host starts plugins by `require` and gives them none of the
// `nodeargs`, so what reads TypeScript is loaded here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true"; // the engine would show it with every resource
module.exports = import("tsx/esm/api").then(({ register }) => {
  register();
  return import("./main.ts");
});
