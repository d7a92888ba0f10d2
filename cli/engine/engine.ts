import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent, PreviewResult, Stack } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { processLives } from "../../provider/processLives.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { type Context, engineEnvironment } from "../context.ts";
import { backendFolder, stateFile } from "./backendFolder.ts";
import { checkpointIn } from "./checkpoint.ts";
import { diagnosis } from "./diagnosis.ts";
import { mendAttributes } from "./mendAttributes.ts";
import { mendState } from "./mendState.ts";
import { openStack } from "./openStack.ts";
import { outputsWithSecrets } from "./outputsWithSecrets.ts";

/** The engine, driven through the Automation API for one stack. */
export class Engine {
  readonly #stack: Stack;
  readonly #context: Context;
  readonly #backend: string | undefined;
  readonly #tell: (line: string) => void;

  private constructor(stack: Stack, context: Context, backend: string | undefined, tell: (line: string) => void) {
    this.#stack = stack;
    this.#context = context;
    this.#backend = backend;
    this.#tell = tell;
  }

  /**
   * Finds or provides the engine, and selects or creates the stack.
   *
   * @param it.watched the caller watches what its updates move, so that they do not (`greenlight:bake`)
   */
  static async open(
    context: Context,
    progress: (line: string) => void,
    { watched = false }: { readonly watched?: boolean } = {},
  ): Promise<Engine> {
    const tools = await ensureToolchain({ progress });
    const own = engineEnvironment(context);
    const path = [...tools.pathEntries, process.env.PATH ?? ""].join(":");
    const env = {
      ...{ ...tools.env, ...own, PATH: path, NODE_OPTIONS: smallYoungGeneration() },
      GREENLIGHT_WATCHED: watched ? "1" : "0",
    };
    const backend = process.env.PULUMI_BACKEND_URL ?? own.PULUMI_BACKEND_URL;
    const stack = await openStack({ context, pulumi: tools.pulumi, env, backend });
    return new Engine(stack, context, backend, progress);
  }

  /** Applies the settings as they stand in the stack file. A failed update throws its reason, not the engine's log. */
  async up(onEvent: (event: EngineEvent) => void, signal?: AbortSignal): Promise<void> {
    await this.#run("update", onEvent, (seen) =>
      this.#stack.up({
        onEvent: seen,
        ...(signal === undefined ? {} : { signal }),
        suppressProgress: true,
        color: "never",
      }),
    );
  }

  async preview(onEvent: (event: EngineEvent) => void): Promise<PreviewResult["changeSummary"]> {
    const { changeSummary } = await this.#run("preview", onEvent, (seen) =>
      this.#stack.preview({ onEvent: seen, color: "never" }),
    );
    return changeSummary;
  }

  async refresh(onEvent: (event: EngineEvent) => void): Promise<void> {
    await this.#run("refresh", onEvent, (seen) =>
      this.#stack.refresh({ onEvent: seen, color: "never", clearPendingCreates: true }),
    );
  }

  async destroy(onEvent: (event: EngineEvent) => void): Promise<void> {
    await this.#run("destroy", onEvent, (seen) => this.#stack.destroy({ onEvent: seen, color: "never" }));
  }

  /** Where the stack's database is, with its password; undefined when it has none. */
  async databaseUrl(): Promise<string | undefined> {
    const { databaseUrl } = await outputsWithSecrets(this.#stack);
    return z.string().optional().parse(databaseUrl);
  }

  /**
   * Takes away what a killed engine left: its lock on the stack, a state that it had not written to its end, and the notes of creates that
   * it did not finish, whose resources the next update adopts. An engine that is still alive is left alone and named.
   */
  async recover(): Promise<void> {
    const locks = this.#locks();
    const living = locks.find((lock) => processLives(lock.pid));
    if (living !== undefined) {
      throw new Problem({
        happened: `Another update of ${this.#context.stack} is under way (process ${living.pid}, since ${living.timestamp}).`,
        where: this.#context.stackFile.path,
        untouched: "Nothing was changed.",
        next: "wait for it, or end it; then run this again",
        exitCode: exitCodes.busy,
      });
    }
    const file = stateFile(this.#backend, this.#context);
    if (file !== undefined) {
      for (const mend of [mendState, mendAttributes]) {
        const mended = mend(file, new Date());
        if (mended !== undefined) this.#tell(mended);
      }
    }
    if (locks.length > 0) await this.#stack.cancel();
    else if (this.#endedWell()) return;
    const state = await this.#stack.exportStack();
    const deployment = z
      .looseObject({ pending_operations: z.array(z.unknown()).optional() })
      .parse(state.deployment ?? {});
    if ((deployment.pending_operations ?? []).length === 0) return;
    await this.#stack.importStack({ ...state, deployment: { ...deployment, pending_operations: [] } });
  }

  /** True when the state of a backend that is a folder notes nothing unfinished: to ask the engine would take most of a second. */
  #endedWell(): boolean {
    const file = stateFile(this.#backend, this.#context);
    if (file === undefined) return false;
    // Where it is not there or kept in another way, the engine knows.
    const state = existsSync(file) ? checkpointIn(readFileSync(file)) : undefined;
    return state !== undefined && (state.checkpoint.latest?.pending_operations ?? []).length === 0;
  }

  async #run<T>(
    what: string,
    onEvent: (event: EngineEvent) => void,
    work: (seen: (event: EngineEvent) => void) => Promise<T>,
  ) {
    const events: EngineEvent[] = [];
    try {
      return await work((event) => {
        if (event.diagnosticEvent !== undefined || event.resOpFailedEvent !== undefined) events.push(event);
        onEvent(event);
      });
    } catch (error) {
      throw diagnosis(what, events, error);
    }
  }

  #locks(): { pid: number; timestamp: string }[] {
    const folder = backendFolder(this.#backend, this.#context.project);
    if (folder === undefined) return [];
    const root = join(folder, ".pulumi", "locks");
    const shape = z.object({ pid: z.number(), timestamp: z.string() });
    const suffix = `/${this.#context.projectName}/${this.#context.stack}/`;
    try {
      return readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".json") && `${entry.parentPath}/`.endsWith(suffix))
        .map((entry) => shape.parse(JSON.parse(readFileSync(join(entry.parentPath, entry.name), "utf8"))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw new Problem({
        happened: `The lock of ${this.#context.stack} cannot be read: ${sentence(error)}.`,
        where: root,
        untouched: "Nothing was changed.",
        next: "run `pulumi cancel` when no update is under way",
        exitCode: exitCodes.busy,
      });
    }
  }
}

/** Runs of the engine are short: a young generation that grows costs each node process 25 MB and saves no time. */
function smallYoungGeneration(): string {
  return [process.env.NODE_OPTIONS ?? "", "--max-semi-space-size=1"].join(" ").trim();
}
