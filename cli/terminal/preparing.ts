import { Argument, Command, Option } from "commander";
import { releasedVersion } from "./arguments.ts";
import { globals } from "./globals.ts";
import { examples } from "./help.ts";
import type { Run } from "./run.ts";

const formats = ["text", "markdown", "json", "sarif", "junit"] as const;

/** The commands that get a release ready: its checklist, and the evidence for it. */
export function addPreparing(add: (command: Command) => Command, run: (it: Run) => Promise<void>): void {
  add(new Command("check"))
    .description("the whole checklist of a version, judged now: go or no-go, and what mends what fails")
    .argument("<version-or-manifest>", "version, or path of its manifest")
    .addOption(new Option("--format <name>", "how it is printed").choices(formats).default("text"))
    .option("--item <id>", "one item in detail, such as tests/e2e")
    .option("--review", "judge as a review does: without what belongs to the day")
    .option("--watch", "judge again every few seconds until every item stands")
    .addHelpText(
      "after",
      examples(
        "greenlight check v1.2.3",
        "greenlight check v1.2.3 --item tests/e2e",
        "greenlight check v1.2.3 --review --format markdown > comment.md",
      ),
    )
    .action(async (argument: string, own: CheckFlags, command: Command) => {
      const options = globals(command);
      await run({
        options,
        ...(own.watch === true ? { title: `greenlight check ${argument}`, log: true } : {}),
        work: async (reporter, signal) => {
          const version = await releasedVersion(argument, options);
          const { checkCommand } = await import("../commands/check.ts");
          const { format, item, review = false, watch = false } = own;
          return checkCommand({ ...options, version, format, item, review, watch }, reporter, signal);
        },
      });
    });

  const evidence = add(new Command("evidence")).description("what the checklist rests on");
  evidence
    .command("add")
    .description("record of which commit files speak, so that they are taken as evidence of an item")
    .argument("<version>", "version they are for")
    .argument("<item>", "checklist item, such as tests/unit")
    .addArgument(new Argument("<files...>", "files of the project"))
    .option("--commit <commit>", "the commit they speak of (default: the one checked out)")
    .addHelpText("after", examples("greenlight evidence add v1.2.3 tests/unit reports/unit.xml"))
    .action(async (version: string, item: string, files: string[], own: { commit?: string }, command: Command) => {
      const options = globals(command);
      await run({
        options,
        work: async (_reporter, signal) => {
          const { evidenceCommand } = await import("../commands/evidence.ts");
          return evidenceCommand({ ...options, version, item, files, commit: own.commit }, signal);
        },
      });
    });
}

interface CheckFlags {
  readonly format: (typeof formats)[number];
  readonly item?: string;
  readonly review?: boolean;
  readonly watch?: boolean;
}
