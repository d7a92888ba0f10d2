import { watchEngine } from "../../provider/engineWatch.ts";
import { functions } from "./functions.ts";
import { kinds } from "./kinds.ts";
import { serve } from "./plugin/server.ts";
import { StandIn } from "./plugin/standIn.ts";

const standIn = new StandIn(kinds, functions);
const engine = process.argv.slice(2).find((arg) => /:\d+$/.test(arg));
if (engine !== undefined) {
  watchEngine(engine, () => {
    standIn.stop("the engine is gone");
    // What was aborted gets a moment to end; then this process must not outlive the engine.
    setTimeout(() => process.exit(1), 2000);
  });
}
await serve(standIn);
