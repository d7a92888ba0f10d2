import { watchEngine } from "../../provider/engineWatch.ts";
import type { Provider } from "./provider.ts";
import { serve } from "./server.ts";

/** Serves the engine that started this process, and ends when that is gone. */
export async function start(provider: Provider): Promise<void> {
  const engine = process.argv.slice(2).find((arg) => /:\d+$/.test(arg));
  if (engine !== undefined) {
    watchEngine(engine, () => {
      provider.stop("the engine is gone");
      // What was aborted gets a moment to end; then this process must not outlive the engine.
      setTimeout(() => process.exit(1), 2000);
    });
  }
  await serve(provider);
}
