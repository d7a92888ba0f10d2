import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { stringify } from "yaml";
import { ensureToolchain, pathWith } from "../../tools/toolchain.ts";
import { hangsAfterMs } from "../patience.ts";
import { RunningStandIn, type StandInName } from "./runningStandIn.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What a test sets in the stack file; a group as an object. */
export type Config = Record<string, unknown>;

/** A team's own project that uses Greenlight through plain `pulumi`: its own folder, state, passphrase and ports. */
export class Project {
  readonly folder: string;
  readonly stack = "test";
  readonly env: NodeJS.ProcessEnv;
  readonly #base: string;
  #config: Config;
  #standIn: RunningStandIn | undefined;

  private constructor(base: string, config: Config, env: NodeJS.ProcessEnv) {
    this.#base = base;
    this.folder = join(base, "project");
    // Its releases have no evidence: what asks for some is tested in test/checklist.
    this.#config = { checklist: { level: "none" }, ...config };
    this.env = env;
  }

  /** @param config keys without their namespace */
  static async make(config: Config): Promise<Project> {
    const toolchain = await ensureToolchain();
    const base = await realpath(await mkdtemp(join(tmpdir(), "greenlight-stack-")));
    await chmod(base, 0o755); // the database's unprivileged user looks for its tools below
    const project = new Project(base, config, {
      ...process.env,
      ...toolchain.env,
      PATH: pathWith(toolchain),
      PULUMI_BACKEND_URL: `file://${join(base, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
    });
    await mkdir(join(base, "state"));
    await mkdir(project.folder);
    await symlink(join(root, "node_modules"), join(project.folder, "node_modules"));
    const settings = await readFile(join(root, "Pulumi.yaml"), "utf8");
    await writeFile(
      join(project.folder, "Pulumi.yaml"),
      settings
        .replace("main: index.ts", `main: ${join(root, "index.ts")}`)
        .replace("path: ./provider", `path: ${join(root, "provider")}`)
        .replace("path: ./tools/random", `path: ${join(root, "tools/random")}`),
    );
    await project.set({});
    const made = await project.pulumi("stack", "init", project.stack);
    if (made.exitCode !== 0) throw new Error(made.all);
    return project;
  }

  /** Where the engine keeps the state. */
  get state(): string {
    return join(this.#base, "state");
  }

  /** The stack's own folder on this machine. */
  get dir(): string {
    return join(this.folder, ".greenlight", this.stack);
  }

  get file(): string {
    return join(this.folder, `Pulumi.${this.stack}.yaml`);
  }

  /** What the stack file holds, as it was set here. */
  get config(): Readonly<Config> {
    return this.#config;
  }

  /** Changes the stack file as a person would; `undefined` removes a key. */
  async set(changes: Config): Promise<void> {
    this.#config = { ...this.#config, ...changes };
    const salt = existsSync(this.file) ? /^encryptionsalt: .*$/m.exec(readFileSync(this.file, "utf8"))?.[0] : undefined;
    const config = Object.fromEntries(
      Object.entries(this.#config)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`greenlight:${key}`, value]),
    );
    await writeFile(this.file, `${salt === undefined ? "" : `${salt}\n`}${stringify({ config })}`);
  }

  /** Takes a provider from tools/. Our stand-in runs from now on until the project is removed, with the variables that `env` has now. */
  async standIn(name: StandInName): Promise<void> {
    const file = join(this.folder, "Pulumi.yaml");
    const plugin = `    - name: ${name}\n      path: ${join(root, "tools", name)}\n`;
    await writeFile(file, `${(await readFile(file, "utf8")).trimEnd()}\n${plugin}`);
    this.#standIn = await RunningStandIn.start(name, this.env);
    if (this.#standIn !== undefined) this.env.PULUMI_DEBUG_PROVIDERS = `${name}:${this.#standIn.port}`;
  }

  async write(path: string, content: string): Promise<void> {
    const target = join(this.folder, path);
    await mkdir(join(target, ".."), { recursive: true });
    await writeFile(target, content);
  }

  /** Runs plain pulumi; a failure is on the result. */
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

  /** Begins `greenlight` as a person's shell would; a failure is on the result. */
  greenlight(args: readonly string[], env: Record<string, string> = {}) {
    const all = [...args, "--yes", "--project", this.folder, "--stack", this.stack];
    return execa(process.execPath, [join(root, "cli", "bin.mjs"), ...all], {
      env: { ...this.env, ...env },
      extendEnv: false,
      stdin: "ignore",
      all: true,
      reject: false,
      timeout: hangsAfterMs,
    });
  }

  /** One stack operation, and what it said. */
  async run(operation: "preview" | "up" | "refresh" | "destroy", ...args: string[]): Promise<Ran> {
    const sure = operation === "preview" ? [] : ["--yes"];
    const result = await this.pulumi(operation, "--stack", this.stack, ...sure, ...args);
    return new Ran(result.exitCode ?? -1, result.all ?? "");
  }

  /** The state as exported: resources by their logical name. */
  async exported(): Promise<{ text: string; resources: StateResource[] }> {
    const { stdout } = await this.pulumi("stack", "export", "--stack", this.stack);
    return { text: stdout, resources: JSON.parse(stdout).deployment.resources ?? [] };
  }

  /** What no refused or empty update may change, by resource. Secrets are encrypted anew at each export. */
  async settled(): Promise<Record<string, string>> {
    const { resources } = await this.exported();
    const own = resources.filter((it) => !it.type.startsWith("pulumi:"));
    return Object.fromEntries(
      own.map(({ urn, inputs, outputs }) => [
        urn,
        JSON.stringify([inputs, outputs]).replaceAll(/"ciphertext":"[^"]*"/g, '"ciphertext":""'),
      ]),
    );
  }

  /** The resource of our provider with this type and logical name. */
  async resource(type: string, name: string): Promise<StateResource | undefined> {
    const { resources } = await this.exported();
    return resources.find((it) => it.type === `greenlight:${type}` && it.urn.endsWith(`::${name}`) && it.custom);
  }

  /** What the names of the pid files say should run. */
  pidFiles(): string[] {
    const folder = join(this.dir, "processes");
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".pid")) : [];
  }

  /** Everything written below a folder, with a line of path before each. */
  async everythingIn(folder: string): Promise<string> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return `${path}\n${await readFile(path, "latin1").catch(() => "")}`;
      });
    return (await Promise.all(texts)).join("\n");
  }

  /** Takes the stack down, whatever state it is in, and removes the folder. */
  async remove(): Promise<void> {
    await this.pulumi("cancel", this.stack, "--yes");
    const { all, exitCode } = await this.pulumi("destroy", "--stack", this.stack, "--yes", "--skip-preview");
    await this.#standIn?.end();
    if (exitCode !== 0) throw new Error(`The stack of ${this.folder} could not be taken down:\n${all}`);
    await rm(this.#base, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

/** What an operation ended with. */
export class Ran {
  readonly exitCode: number;
  readonly text: string;

  constructor(exitCode: number, text: string) {
    this.exitCode = exitCode;
    this.text = text;
  }

  /** What the list of resources says of Greenlight's own and of AWS's, such as `update Traffic traffic`, each once, in order. */
  get changes(): string[] {
    const lines = this.text.matchAll(
      /^ *[+~-]+ +(?:greenlight|random|aws):(\S+) (\S+) (create|update|delete|replace)(?:d|ing)?\b(?!.*\bing\b)/gm,
    );
    const named = [...lines].map((line) => `${line[3]} ${line[1]?.split(":").at(-1)} ${line[2]}`);
    return [...new Set(named)];
  }
}
