import type { Command, CommanderError } from "commander";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";

/** A wrong command line, told like every other problem. */
export function usageProblem(error: CommanderError, args: readonly string[], program: Command): Problem {
  const [first = "", ...more] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = more.join(" ").match(/\(Did you mean (.+)\?\)/)?.[1];
  const known = program.commands.map((command) => command.name());
  const command = args.find((argument) => known.includes(argument));
  const help = command === undefined ? "greenlight --help" : `greenlight ${command} --help`;
  const said = error.code === "commander.help" ? "no command was given" : first;
  return new Problem({
    happened: `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/\.$/, "")}.`,
    untouched: "Nothing was started.",
    next: suggestion === undefined ? help : `did you mean ${suggestion}? All of them: ${help}`,
    exitCode: exitCodes.usage,
  });
}
