import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { Problem } from "../release/problem.ts";
import { pathWith, type ToolPaths } from "../tools/toolchain.ts";
import { processes, programOf, sendSignal, tagVariable, treeOf } from "./processes.ts";
import { type Places, repository, stackName } from "./project.ts";

/** How a command ended. */
export interface Ended {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** Its one JSON document; undefined when it wrote none. */
  readonly json: unknown;
  readonly stdout: string;
  /** The end of what it told while it worked. */
  readonly told: readonly string[];
}

const linesKept = 200;
const usuallyLongestMs = 300_000;

/** A command under way, in a process group of its own: Ctrl-C at the terminal is ours to pass on. */
export class Command {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly #lines: string[] = [];
  #over = false;

  constructor(pid: number, lines: AsyncIterable<string>, ended: Promise<Omit<Ended, "told">>) {
    this.pid = pid;
    const reading = this.#read(lines);
    this.ended = ended.then(async (it) => {
      this.#over = true;
      await reading;
      return { ...it, told: this.#lines };
    });
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether it has told a line like this. */
  told(pattern: RegExp): boolean {
    return this.#lines.some((line) => pattern.test(line));
  }

  /** Its engines: the `pulumi` processes below it. */
  async engines(): Promise<number[]> {
    return treeOf(await processes(), this.pid)
      .filter((it) => programOf(it) === "pulumi")
      .map((it) => it.pid);
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    sendSignal(this.pid, signal);
  }

  async #read(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      this.#lines.push(line);
      if (this.#lines.length > linesKept) this.#lines.shift();
    }
  }
}

/** Starts `greenlight` and plain `pulumi` for one of the rehearsal's stacks, as a team would. */
export class Commands {
  readonly #places: Places;
  readonly #stack: string;
  readonly #env: Record<string, string>;
  readonly #longestMs: number;
  readonly #underWay = new Set<Command>();

  /** @param more.longestMs after which a command is killed; default 3 minutes */
  constructor(
    places: Places,
    tools: ToolPaths,
    engineEnv: Readonly<Record<string, string>>,
    more: { readonly stack?: string; readonly longestMs?: number } = {},
  ) {
    this.#places = places;
    this.#stack = more.stack ?? stackName;
    this.#longestMs = more.longestMs ?? usuallyLongestMs;
    this.#env = {
      ...withoutOwnStack(process.env),
      ...tools.env,
      ...engineEnv,
      PATH: pathWith(tools),
      [tagVariable]: places.project,
      NO_COLOR: "1",
      // Engine runs are short: a young generation that grows costs 45 MB a process and saves no time.
      NODE_OPTIONS: [process.env.NODE_OPTIONS ?? "", "--max-semi-space-size=1"].join(" ").trim(),
    };
  }

  greenlight(args: readonly string[]): Command {
    const own = ["--project", this.#places.project, "--stack", this.#stack, "--json", "--yes"];
    return this.#start(process.execPath, [join(repository, "cli", "bin.mjs"), ...args, ...own]);
  }

  pulumi(args: readonly string[]): Command {
    return this.#start("pulumi", [...args, "--stack", this.#stack, "--non-interactive", "--color", "never"]);
  }

  /** Asks every command under way to end, and ends those that do not. */
  async endAll(): Promise<void> {
    await Promise.all(
      [...this.#underWay].map(async (it) => {
        it.kill("SIGTERM");
        const timer = setTimeout(() => it.kill(), 15_000);
        await it.ended;
        clearTimeout(timer);
      }),
    );
  }

  #start(file: string, args: readonly string[]): Command {
    const child = execa(file, args, {
      cwd: this.#places.project,
      env: this.#env,
      extendEnv: false,
      detached: true,
      cleanup: false,
      stdin: "ignore",
      reject: false,
      timeout: this.#longestMs,
      killSignal: "SIGKILL",
      maxBuffer: 32 * 1024 * 1024,
    });
    const { pid } = child;
    const ended = child.then((it) => ({
      exitCode: it.exitCode,
      json: jsonIn(String(it.stdout ?? "")),
      stdout: String(it.stdout ?? ""),
    }));
    if (pid === undefined)
      throw new Problem({ happened: `${file} could not be started.`, where: this.#places.project });
    const command = new Command(pid, createInterface({ input: child.stderr }), ended);
    this.#underWay.add(command);
    void command.ended.finally(() => this.#underWay.delete(command));
    return command;
  }
}

/** What went wrong in words, of a command that should have gone well. */
export function complaint(it: Ended): string {
  const { json } = it;
  if (typeof json === "object" && json !== null) {
    for (const key of ["sentence", "happened", "error", "message"]) {
      const text: unknown = Reflect.get(json, key);
      if (typeof text === "string")
        return text
          .trim()
          .replace(/\s*\n\s*/g, " ")
          .slice(0, 600);
      if (typeof text === "object" && text !== null) return complaint({ ...it, json: text });
    }
  }
  return firstLine(it.told.findLast((line) => line.trim() !== "") ?? it.stdout.trim().split("\n").at(-1) ?? "no word");
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, 300);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a killed command, or one that answers in words
  }
}

/** The caller's environment without what would lead to another backend, stack or passphrase than the rehearsal's own. */
function withoutOwnStack(env: NodeJS.ProcessEnv): Record<string, string> {
  const foreign =
    /^(PULUMI_(BACKEND_URL|ACCESS_TOKEN|CONFIG_PASSPHRASE(_FILE)?|STACK|CONFIG|PREVIEW|PARALLEL|DEBUG_.*)|GREENLIGHT_REHEARSAL)$/;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || foreign.test(name) ? [] : [[name, value]])),
  );
}
