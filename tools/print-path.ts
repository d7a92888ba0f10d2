/**
 * Prints what a POSIX shell needs to run plain `pulumi` with the tools that Greenlight found or provides:
 *
 *     eval "$(node --import tsx tools/print-path.ts)"
 *     pulumi preview
 *
 * Installs what is missing first, saying so on stderr.
 */
import { dirname } from "node:path";
import { progressOnStderr, reportAndExitCode } from "./terminal.ts";
import { ensureToolchain } from "./toolchain.ts";

try {
  const toolchain = await ensureToolchain({ progress: progressOnStderr });
  const folders = [...toolchain.pathEntries, toolchain.postgres.bin, dirname(toolchain.envoy.path)];
  const lines = [`export PATH=${folders.map(quoted).join(":")}:"$PATH"`];
  for (const [name, value] of Object.entries(toolchain.env)) lines.push(`export ${name}=${quoted(value)}`);
  process.stdout.write(`${lines.join("\n")}\n`);
} catch (error) {
  process.exitCode = reportAndExitCode(error);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
