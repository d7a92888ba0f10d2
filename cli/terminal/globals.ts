import type { Command } from "commander";
import type { TerminalOptions } from "./run.ts";

/** The options that every command has. */
export function globals(command: Command): TerminalOptions {
  const { project, stack, json = false, yes = false, color } = command.optsWithGlobals<Partial<TerminalOptions>>();
  return { project: project ?? process.cwd(), stack, json, yes, color: color ?? true };
}
