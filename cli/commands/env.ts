import { dirname } from "node:path";
import { exitCodes } from "../../release/exitCodes.ts";
import { ensureToolchain, pathWith } from "../../tools/toolchain.ts";
import { engineEnvironment, type GlobalOptions, openContext } from "../context.ts";
import type { Reporter } from "../reporter.ts";
import type { CommandResult } from "../result.ts";

/** What a shell needs so that plain `pulumi` is the engine that Greenlight uses, on the same state. */
export async function envCommand(
  options: GlobalOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<CommandResult<{ ok: true; env: Record<string, string> }>> {
  const context = openContext(options);
  const tools = await ensureToolchain({ progress: (text) => reporter.tell({ kind: "step", text }), signal });
  const path = [pathWith(tools), tools.postgres.bin, dirname(tools.envoy.path)].join(":");
  const env = { ...tools.env, ...engineEnvironment(context), PATH: path };
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return { exitCode: exitCodes.ok, json: { ok: true, env }, text: lines.join("\n") };
}

/** As a POSIX shell reads it back, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
