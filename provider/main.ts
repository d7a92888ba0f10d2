import { main } from "@pulumi/pulumi/provider/server.js";
import { engineLog } from "./engineLog.ts";
import { watchEngine } from "./engineWatch.ts";
import { handlers } from "./handlers.ts";
import { GreenlightProvider } from "./provider.ts";

const engine = process.argv.slice(2).find((arg) => /:\d+$/.test(arg));
const provider = new GreenlightProvider(handlers, engine === undefined ? undefined : engineLog(engine));
if (engine !== undefined) {
  watchEngine(engine, () => {
    provider.stop("the engine is gone");
    // What was aborted gets a moment to end its children; then this process must not outlive the engine.
    setTimeout(() => process.exit(1), 2000);
  });
}
void main(provider, process.argv.slice(2));
