import { CommanderError } from "commander";
import { exitCodes } from "../release/exitCodes.ts";
import { createProgram } from "./terminal/program.ts";
import { run, tellFailure } from "./terminal/run.ts";
import { usageProblem } from "./terminal/usage.ts";

// A reader that has seen enough, such as `head`, is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

process.exitCode = await main(process.argv.slice(2));
await flushed(process.stdout);
await flushed(process.stderr);
// What a library may have left open must not keep a finished command from ending.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const options = { json: args.includes("--json"), color: !args.includes("--no-color") };
  let code: number = exitCodes.ok;
  const program = createProgram(async (it) => {
    code = await run(it);
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return tellFailure(error, options);
    if (error.exitCode === 0) return exitCodes.ok;
    // Help was shown because no command was given.
    if (error.code === "commander.help" && !options.json) return exitCodes.usage;
    return tellFailure(usageProblem(error, args, program), options);
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableEnded || stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}
