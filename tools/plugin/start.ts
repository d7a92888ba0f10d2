import { watchEngine } from "../../provider/engineWatch.ts";
import type { Provider } from "./provider.ts";
import { serve, serveEach } from "./server.ts";

/**
 * Serves the engine that started this process, and ends when that is gone. Started by no engine, it serves those that attach to it
 * (PULUMI_DEBUG_PROVIDERS), and ends when its input does: whoever started it holds that open.
 */
export async function start(make: () => Provider): Promise<void> {
  const engine = process.argv.slice(2).find((arg) => /:\d+$/.test(arg));
  if (engine === undefined) {
    process.stdin.once("close", () => process.exit()).resume();
    tell((await serveEach(make)).port);
    return;
  }
  const provider = make();
  watchEngine(engine, () => {
    provider.stop("the engine is gone");
    // What was aborted gets a moment to end; then this process must not outlive the engine.
    setTimeout(() => process.exit(1), 2000);
  });
  tell(await serve(provider));
}

/** The first line that a plugin prints is where it listens. */
function tell(port: number): void {
  process.stdout.write(`${port}\n`);
}
