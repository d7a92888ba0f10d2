import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { pathWith, type Toolchain } from "../../tools/toolchain.ts";
import { hangsAfterMs } from "../patience.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A temporary folder, removed with the function that comes with it. */
export async function temporaryFolder(name: string): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `greenlight-${name}-`)));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A Pulumi project of its own, copied from fixtures, with its state in a folder and nothing of the user's. */
export class Sandbox {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly remove: () => Promise<void>;

  private constructor(folder: string, env: NodeJS.ProcessEnv, remove: () => Promise<void>) {
    this.folder = folder;
    this.env = env;
    this.remove = remove;
  }

  static async of(fixture: string, toolchain: Toolchain<"pulumi" | "random">): Promise<Sandbox> {
    const { folder, remove } = await temporaryFolder("engine");
    const project = join(folder, "project");
    await cp(fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url)), project, { recursive: true });
    await symlink(join(root, "node_modules"), join(project, "node_modules"));
    const settings = await readFile(join(project, "Pulumi.yaml"), "utf8");
    await writeFile(
      join(project, "Pulumi.yaml"),
      settings.replace("RANDOM_FOLDER", toolchain.random.folder).replace("NODE_SETUP", join(root, "tools/node.mjs")),
    );
    await mkdir(join(folder, "state"));
    const env = {
      ...process.env,
      ...toolchain.env,
      PATH: pathWith(toolchain),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
    };
    const sandbox = new Sandbox(project, env, remove);
    await sandbox.pulumi("stack", "init", "test");
    return sandbox;
  }

  /** Runs pulumi; its output is on the result whether it succeeds or not. */
  pulumi(...args: string[]) {
    return execa("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: this.folder,
      env: this.env,
      extendEnv: false,
      stdin: "ignore",
      all: true,
      reject: false,
      timeout: hangsAfterMs,
    });
  }
}
