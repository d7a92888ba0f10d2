import { main } from "@pulumi/pulumi/provider/server.js";
import { GreenlightProvider } from "../../../provider/provider.ts";

const provider = new GreenlightProvider({
  "noop:index:Nothing": async () => (await import("./nothing.ts")).nothing,
});
void main(provider, process.argv.slice(2));
