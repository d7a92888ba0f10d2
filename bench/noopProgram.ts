import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseDocument } from "yaml";
import { Commands, complaint } from "../rehearsal/command.ts";
import { repository, stackName } from "../rehearsal/project.ts";
import { Problem } from "../release/problem.ts";
import type { ToolPaths } from "../tools/toolchain.ts";

/** The program of `bench/noop` with a stack of its own: what any update with a provider like ours costs. */
export class NoopProgram {
  readonly #project: string;
  readonly #commands: Commands;
  #side = "blue";

  private constructor(project: string, commands: Commands) {
    this.#project = project;
    this.#commands = commands;
  }

  static async open(home: string, tools: ToolPaths): Promise<NoopProgram> {
    const project = join(home, "noop");
    const state = join(project, "state");
    rmSync(project, { recursive: true, force: true });
    mkdirSync(state, { recursive: true });
    const source = join(repository, "bench", "noop");
    const pulumi = parseDocument(readFileSync(join(source, "Pulumi.yaml"), "utf8"));
    const there = relative(project, source);
    pulumi.set("main", join(there, "index.ts"));
    pulumi.setIn(["plugins", "providers", 0, "path"], join(there, "provider"));
    writeFileSync(join(project, "Pulumi.yaml"), pulumi.toString());
    const commands = new Commands({ home, project, stack: state, staging: state }, tools, {
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "it has no secrets",
    });
    const program = new NoopProgram(project, commands);
    await program.#run(["stack", "init"]);
    program.#turn();
    await program.#run(["up", "--yes", "--skip-preview"]);
    return program;
  }

  /** `pulumi up` of a changed input: one step that does nothing. Its duration in milliseconds. */
  async up(): Promise<number> {
    this.#turn();
    const began = performance.now();
    const stdout = await this.#run(["up", "--yes", "--skip-preview"]);
    const tookMs = performance.now() - began;
    if (!/^\s*~ 1 updated$/m.test(stdout)) {
      throw new Problem({ happened: "The no-op update did not do its one step, so it is no base.", where: stdout });
    }
    return tookMs;
  }

  close(): void {
    rmSync(this.#project, { recursive: true, force: true });
  }

  #turn(): void {
    this.#side = this.#side === "blue" ? "green" : "blue";
    writeFileSync(join(this.#project, `Pulumi.${stackName}.yaml`), `config:\n  noop:side: ${this.#side}\n`);
  }

  async #run(args: readonly string[]): Promise<string> {
    const ended = await this.#commands.pulumi(args).ended;
    if (ended.exitCode === 0) return ended.stdout;
    throw new Problem({ happened: `\`pulumi ${args[0]}\` of the no-op program failed: ${complaint(ended)}` });
  }
}
