import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";

/** `Pulumi.<stack>.yaml`: what the person reviews and commits. Edits keep its comments and order. */
export class StackFile {
  readonly stack: string;
  readonly path: string;

  private constructor(stack: string, path: string) {
    this.stack = stack;
    this.path = path;
  }

  static find(project: string, stack: string | undefined): StackFile {
    const known = readdirSync(project)
      .flatMap((name) => /^Pulumi\.([A-Za-z0-9._-]+)\.yaml$/.exec(name)?.[1] ?? [])
      .sort();
    const chosen = stack ?? (known.length === 1 ? known[0] : undefined);
    const path = join(project, `Pulumi.${chosen}.yaml`);
    if (chosen !== undefined && /^[A-Za-z0-9._-]+$/.test(chosen) && existsSync(path))
      return new StackFile(chosen, path);
    throw new Problem({
      happened: chosen === undefined ? "It is not clear which stack is meant." : `There is no stack ${chosen}.`,
      where: known.length === 0 ? `${project} has no Pulumi.<stack>.yaml` : `stacks here: ${known.join(", ")}`,
      untouched: "Nothing was changed.",
      next: "name one with --stack",
      exitCode: exitCodes.usage,
    });
  }

  /** The configuration as the engine hands it to a program: objects as JSON. */
  config(namespace: string): Record<string, string> {
    const config: unknown = this.#read().toJS()?.config ?? {};
    if (typeof config !== "object" || config === null) return {};
    return Object.fromEntries(
      Object.entries(config)
        .filter(([key]) => key.startsWith(`${namespace}:`))
        .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
  }

  text(key: string): string | undefined {
    const value: unknown = this.#read().getIn(["config", key]);
    return value === undefined || value === null ? undefined : String(value);
  }

  /** Sets plain values, in one write; `undefined` removes a key. Says whether anything changed. */
  set(values: Readonly<Record<string, string | undefined>>): boolean {
    const document = this.#read();
    let changed = false;
    for (const [key, value] of Object.entries(values)) {
      if (this.text(key) === value) continue;
      changed = true;
      if (value === undefined) document.deleteIn(["config", key]);
      else document.setIn(["config", key], value);
    }
    if (!changed) return false;
    writeFileSync(`${this.path}.fresh`, document.toString({ lineWidth: 0 }));
    renameSync(`${this.path}.fresh`, this.path);
    return true;
  }

  #read(): Document {
    const document = parseDocument(readFileSync(this.path, "utf8"), { uniqueKeys: true });
    const fault = document.errors[0];
    if (fault !== undefined) {
      throw new Problem({
        happened: `The stack file is not valid YAML: ${fault.message}`,
        where: this.path,
        untouched: "Nothing was changed.",
        next: "correct it",
        exitCode: exitCodes.usage,
      });
    }
    return document;
  }
}
