/**
 * Ensures the tools named (without names, all that a release needs), saying what it does on stderr, and prints what is there:
 *
 *     node --import tsx tools/install.ts [pulumi] [envoy] [postgres] [random] [moto] [kubernetes] [prometheus] [rclone]
 */
import Table from "cli-table3";
import { exitCodes } from "../release/exitCodes.ts";
import { inspectToolchain } from "./doctor.ts";
import { progressOnStderr, reportAndExitCode } from "./terminal.ts";
import { ensureToolchain, laterToolNames, type ToolName, toolNames } from "./toolchain.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

const unknown = process.argv.slice(2).filter((name) => !isToolName(name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no tool ${unknown.join(", ")}; there are ${[...toolNames, ...laterToolNames].join(", ")}.\n`,
  );
  process.exitCode = exitCodes.usage;
} else {
  process.exitCode = await install(process.argv.slice(2).filter(isToolName));
}

async function install(named: readonly ToolName[]): Promise<number> {
  const want = named.length === 0 ? toolNames : named;
  try {
    await ensureToolchain({ want, progress: progressOnStderr, signal: stop.signal });
    const { findings } = await inspectToolchain();
    const table = new Table({ head: ["tool", "version", "from", "where"], style: { head: [], border: [] } });
    for (const { name, version, source, path } of findings) {
      if (want.some((wanted) => wanted === name)) table.push([name, version ?? "", source ?? "", path ?? ""]);
    }
    process.stdout.write(`${table.toString()}\n`);
    return exitCodes.ok;
  } catch (error) {
    return reportAndExitCode(error);
  }
}

function isToolName(name: string): name is ToolName {
  return [...toolNames, ...laterToolNames].some((known) => known === name);
}
