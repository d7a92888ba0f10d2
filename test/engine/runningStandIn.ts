import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { findInstalledPlugin } from "../../tools/installedPlugin.ts";
import { root } from "../tools/sandbox.ts";

/** Packages whose official plugin has a stand-in to which engines can attach. */
export type StandInName = "aws" | "kubernetes";

/**
 * A stand-in that is started once and serves all operations of a test, for each start costs up to a second of computing. It ends with its
 * input, which this process holds open: it does not outlive the test.
 */
export class RunningStandIn {
  readonly port: number;
  readonly #process: ReturnType<typeof begin>;

  private constructor(running: ReturnType<typeof begin>, port: number) {
    this.#process = running;
    this.port = port;
  }

  /** @returns nothing where the official plugin is installed, which the engine starts for each operation and rather than ours */
  static async start(name: StandInName, env: NodeJS.ProcessEnv): Promise<RunningStandIn | undefined> {
    if ((await findInstalledPlugin(name, env)) !== undefined) return undefined;
    const running = begin(name, env);
    const ended = running.then(({ shortMessage }) => {
      throw new Error(`The stand-in for the ${name} plugin ended before it listened: ${shortMessage}`);
    });
    const [said] = await Promise.race([once(running.stdout, "data"), ended]);
    ended.catch(() => {}); // it ends some day
    running.stdout.resume();
    return new RunningStandIn(running, Number(String(said).trim()));
  }

  async end(): Promise<void> {
    this.#process.stdin.end();
    await this.#process;
  }
}

/** Begins it in the program's folder, as the engine would. */
function begin(name: StandInName, env: NodeJS.ProcessEnv) {
  return execa(join(root, "tools", name, `pulumi-resource-${name}`), [], {
    cwd: root,
    env,
    extendEnv: false,
    stdin: "pipe",
    stderr: "inherit",
    buffer: false,
    reject: false,
  });
}
