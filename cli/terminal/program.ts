import { readFileSync } from "node:fs";
import { Argument, Command, Option } from "commander";
import { countArgument, durationArgument, portArgument, releasedVersion, shareArgument } from "./arguments.ts";
import { completionScript, shells } from "./completion.ts";
import { globals } from "./globals.ts";
import { examples, programHelp } from "./help.ts";
import { addOrders } from "./orders.ts";
import { addPreparing } from "./preparing.ts";
import type { Run } from "./run.ts";

const environments = ["blue", "green"] as const;
type Environment = (typeof environments)[number];

/**
 * The command line. Each command's code is read only when it runs, so that help and `status` come at once.
 *
 * @param run runs one command
 */
export function createProgram(run: (it: Run) => Promise<void>): Command {
  const program = new Command("greenlight")
    .description("Production releases: checks, snapshot, migration, blue/green switch, watch and rollback.")
    .version(ownVersion(), "-v, --version", "print the version")
    .addOption(new Option("-C, --project <dir>", "folder of Pulumi.yaml").default(process.cwd(), "the current one"))
    .option("-s, --stack <name>", "stack; without it the only one that has a file")
    .option("--json", "one JSON document on stdout instead of text; progress goes to stderr")
    .option("-y, --yes", "do not ask, the answer is yes")
    .option("--no-color", "no colours (also: NO_COLOR=1)")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError(true)
    .addHelpText("after", programHelp)
    // What is wrong with a command line is told by the caller, like every other problem.
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  const add = (command: Command) => inherit(program, command);

  add(new Command("doctor"))
    .description("what this machine has of what a release needs, and what mends the rest")
    .action(async (_own, command: Command) => {
      const options = globals(command);
      await run({
        options,
        work: async () => (await import("../commands/doctor.ts")).doctorCommand(options),
      });
    });

  addPreparing(add, run);

  add(new Command("release"))
    .description("release a version: the whole schedule from T-60 to T+60; goes on where it was cut off")
    .argument("<version-or-manifest>", "version, or path of its manifest")
    .option(
      "--watch-for <duration>",
      "how long to watch after the switch (default: the setting watch.for)",
      durationArgument,
    )
    .option("--report <file>", "write a report of the release: one HTML file to read, print and forward")
    .addHelpText(
      "after",
      examples(
        "greenlight release v1.2.3",
        "greenlight release releases/v1.2.3.yaml --watch-for 15m --yes",
        "greenlight release v1.2.3 --report v1.2.3.html",
      ),
    )
    .action(async (argument: string, own: { watchFor?: number; report?: string }, command: Command) => {
      const options = globals(command);
      const { schedule } = await import("../../release/schedule.ts");
      await run({
        options,
        title: `greenlight release ${argument}`,
        phases: schedule,
        work: async (reporter, signal) => {
          const release = await releasedVersion(argument, options);
          const { releaseCommand } = await import("../commands/release.ts");
          const { watchFor: watchForMs, report } = own;
          return releaseCommand({ ...options, release, watchForMs, report }, reporter, signal);
        },
      });
    });

  addOrders(add, run);

  add(new Command("status"))
    .description("what serves now, since when, by whom, is it healthy, how to go back")
    .addHelpText("after", examples("greenlight status", "greenlight status --json"))
    .action(async (_own, command: Command) => {
      const options = globals(command);
      await run({
        options,
        work: async (_reporter, signal) => (await import("../commands/status.ts")).statusCommand(options, signal),
      });
    });

  add(new Command("switch"))
    .description("move all traffic, or a share of it, to an environment whose gates have passed")
    .addArgument(new Argument("<environment>", "where traffic goes").choices(environments))
    .option("--share <percent>", "a share of users' requests instead, from 1 to 99", shareArgument)
    .addHelpText("after", examples("greenlight switch green", "greenlight switch green --share 10"))
    .action(async (environment: Environment, { share }: { share?: number }, command: Command) => {
      const options = globals(command);
      await run({
        options,
        title: `greenlight switch ${environment}`,
        work: async (reporter, signal) =>
          (await import("../commands/switch.ts")).switchCommand({ ...options, environment, share }, reporter, signal),
      });
    });

  add(new Command("watch"))
    .description("look at what serves for a while: go, no-go or undecided; changes nothing")
    .option("--for <duration>", "how long (default: the setting watch.for)", durationArgument)
    .addOption(new Option("--environment <name>", "which one (default: the one that serves)").choices(environments))
    .addHelpText("after", examples("greenlight watch --for 5m"))
    .action(async (own: { for?: number; environment?: Environment }, command: Command) => {
      const options = globals(command);
      await run({
        options,
        title: "greenlight watch",
        work: async (reporter, signal) => {
          const { watchCommand } = await import("../commands/watch.ts");
          return watchCommand({ ...options, forMs: own.for, environment: own.environment }, reporter, signal);
        },
      });
    });

  add(new Command("rollback"))
    .description("move all traffic back to what served before; never waits for the engine")
    .option("--reason <text>", "why; it is kept and announced (asked for at a terminal)")
    .addOption(
      new Option("--database <what>", "keep it as it is, run the rollback script, or restore the snapshot")
        .choices(["keep", "script", "snapshot"])
        .default("keep"),
    )
    .addHelpText(
      "after",
      examples(
        'greenlight rollback --reason "checkout fails"',
        'greenlight rollback --reason "wrong totals" --database snapshot',
      ),
    )
    .action(async (own: { reason?: string; database: "keep" | "script" | "snapshot" }, command: Command) => {
      const options = globals(command);
      await run({
        options,
        title: "greenlight rollback",
        work: async (reporter, signal) => {
          const { canAsk, askText } = await import("./confirm.ts");
          const reason =
            own.reason === undefined && !options.yes && canAsk()
              ? await askText("Why is it rolled back?", "--reason <text>", signal)
              : own.reason;
          const { rollbackCommand } = await import("../commands/rollback.ts");
          return rollbackCommand({ ...options, database: own.database, reason }, reporter, signal);
        },
      });
    });

  add(new Command("history"))
    .description("releases, switches and rollbacks: who, when, why, and how they ended")
    .option("--limit <n>", "how many, newest first", countArgument, 20)
    .action(async (own: { limit: number }, command: Command) => {
      const options = globals(command);
      await run({
        options,
        work: async () => (await import("../commands/history.ts")).historyCommand({ ...options, limit: own.limit }),
      });
    });

  add(new Command("rehearse"))
    .description("play releases, good and bad, with real traffic on this machine, and report what was seen")
    .addOption(
      new Option(
        "--platform <name>",
        "where: this machine, a simulated AWS, or Kubernetes on a control plane of this machine",
      )
        .choices(["local", "aws", "kubernetes"] as const)
        .default("local"),
    )
    .option("--quick", "a subset of the scenarios")
    .option("--keep", "leave everything running at the end")
    .option("--ports <first>", "first of the ports to use instead of those of Pulumi.rehearsal.yaml", portArgument)
    .option("--only <names...>", "play only these scenarios, by their names in summary.json")
    .action(
      async ({ platform = "local", quick = false, keep = false, ports, only }: RehearseFlags, command: Command) => {
        const options = globals(command);
        await run({
          options,
          title: "greenlight rehearse",
          log: true,
          work: async (reporter, signal) => {
            const { rehearseCommand } = await import("../commands/rehearse.ts");
            return rehearseCommand({ ...options, quick, keep, firstPort: ports, only, platform }, reporter, signal);
          },
        });
      },
    );

  add(new Command("env"))
    .description("print what a shell needs to run plain pulumi on the same state")
    .addHelpText("after", examples('eval "$(greenlight env)"; pulumi preview'))
    .action(async (_own, command: Command) => {
      const options = globals(command);
      await run({
        options,
        log: true,
        work: async (reporter, signal) => (await import("../commands/env.ts")).envCommand(options, reporter, signal),
      });
    });

  add(new Command("completion"))
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .addHelpText(
      "after",
      examples(
        "source <(greenlight completion bash)",
        "greenlight completion zsh > ~/.zsh/completions/_greenlight",
        "greenlight completion fish > ~/.config/fish/completions/greenlight.fish",
      ),
    )
    .action((shell: (typeof shells)[number]) => {
      process.stdout.write(completionScript(program, shell));
    });

  return program;
}

interface RehearseFlags {
  readonly platform?: "local" | "kubernetes";
  readonly quick?: boolean;
  readonly keep?: boolean;
  readonly ports?: number;
  readonly only?: readonly string[];
}

/** Adds a command with the program's ways of failing and helping. */
function inherit(program: Command, command: Command): Command {
  command.copyInheritedSettings(program);
  program.addCommand(command);
  return command;
}

function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version }: { version?: unknown } = JSON.parse(text);
  return typeof version === "string" ? version : "unknown";
}
