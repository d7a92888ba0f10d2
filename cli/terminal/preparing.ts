import { Argument, Command, Option } from "commander";
import { type AnnouncementKind, announcementKinds } from "../../release/announcement.ts";
import { durationArgument, kindsArgument, releasedVersion } from "./arguments.ts";
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

  add(new Command("announce"))
    .description("tell the stack's channels of a release; who has it already is left out")
    .addArgument(
      new Argument("<kind>", "what is said; several with commas between")
        .choices(announcementKinds)
        .argParser(kindsArgument),
    )
    .argument("<version>", "version it is about")
    .option("--to <channels...>", "these channels instead of those that are told of it")
    .option("--reason <text>", "why it is rolled back")
    .option("--message <text>", "words of one's own")
    .option("--at <time>", "when the deployment begins, such as 2026-03-04T14:00:00+01:00")
    .option("--dry-run", "show what would be sent to whom, and send nothing")
    .option("--again", "also to those who have it already")
    .addHelpText(
      "after",
      examples(
        "greenlight announce team v1.2.3 --dry-run",
        "greenlight announce team,stakeholders v1.2.3",
        "greenlight announce brief v1.2.3 --to deploys",
      ),
    )
    .action(async (kinds: readonly AnnouncementKind[], version: string, own: AnnounceFlags, command: Command) => {
      const options = globals(command);
      await run({
        options,
        title: `greenlight announce ${kinds.join(",")} ${version}`,
        log: true,
        work: async (reporter, signal) => {
          const { announceSeveral } = await import("../commands/announceSeveral.ts");
          const { dryRun = false, again = false, ...said } = own;
          return announceSeveral({ ...options, ...said, kinds, version, dryRun, again }, reporter, signal);
        },
      });
    });

  add(new Command("runbook"))
    .description("write the runbook of a version from its manifest and the settings")
    .argument("<version-or-manifest>", "version, or path of its manifest")
    .option("--check", "write nothing; say whether it is out of date")
    .addHelpText("after", examples("greenlight runbook v1.2.3", "greenlight runbook v1.2.3 --check"))
    .action(async (argument: string, own: { check?: boolean }, command: Command) => {
      const options = globals(command);
      await run({
        options,
        work: async () => {
          const release = await releasedVersion(argument, options);
          const { runbookCommand } = await import("../commands/runbook.ts");
          return runbookCommand({ ...options, release, check: own.check ?? false });
        },
      });
    });

  const drill = add(new Command("drill")).description("try beforehand what must work when it is needed");
  drill
    .command("database")
    .description("run a version's migrations and its rollback script up, down and up again on a scratch database")
    .argument("<version>", "version whose script it is")
    .addHelpText("after", examples("greenlight drill database v1.2.3"))
    .action(async (version: string, _own, command: Command) => {
      const options = globals(command);
      await run({
        options,
        title: `greenlight drill database ${version}`,
        log: true,
        work: async (reporter, signal) => {
          const { drillDatabaseCommand } = await import("../commands/drill.ts");
          return drillDatabaseCommand({ ...options, version }, reporter, signal);
        },
      });
    });

  drill
    .command("snapshot")
    .description("restore a snapshot, or on Kubernetes a dump, into a database of its own, look at it, and remove it")
    .argument("[id]", "identifier of one of the stack's snapshots, or name of a dump (default: its newest)")
    .addOption(
      new Option(
        "--deadline <duration>",
        "how long it may take until the database is available; on Kubernetes, the whole Job",
      )
        .argParser(durationArgument)
        .default(3_600_000, "60m"),
    )
    .option("--keep", "leave the database, or on Kubernetes the claim, when all is done")
    .addOption(new Option("--remove", "drill nothing; remove what drills left").conflicts(["keep", "deadline"]))
    .addHelpText(
      "after",
      examples(
        "greenlight drill snapshot",
        "greenlight drill snapshot before-v1-2-3-shop-20260302-101112z --keep",
        "greenlight drill snapshot --remove",
      ),
    )
    .action(async (snapshot: string | undefined, own: SnapshotDrillFlags, command: Command) => {
      const options = globals(command);
      await run({
        options,
        title: "greenlight drill snapshot",
        log: true,
        work: async (reporter, signal) => {
          const { drillSnapshotCommand } = await import("../commands/drillSnapshot.ts");
          const { deadline: deadlineMs, keep = false, remove = false } = own;
          return drillSnapshotCommand({ ...options, snapshot, deadlineMs, keep, remove }, reporter, signal);
        },
      });
    });

  const init = add(new Command("init")).description("write what a release begins with");
  init
    .command("release")
    .description("write the manifest of a version, filled in from git and from what the project holds")
    .argument("<version>", "version, such as v1.2.3")
    .addHelpText("after", examples("greenlight init release v1.2.3"))
    .action(async (version: string, _own, command: Command) => {
      const options = globals(command);
      await run({
        options,
        work: async (_reporter, signal) => {
          const { initReleaseCommand } = await import("../commands/init.ts");
          return initReleaseCommand({ ...options, version }, signal);
        },
      });
    });

  const evidence = add(new Command("evidence")).description("what the checklist rests on");
  evidence
    .command("add")
    .description("record of which commit files speak, so that they are taken as evidence of an item")
    .argument("<version>", "version they are for")
    .addArgument(new Argument("<evidence...>", "a checklist item and its files, or each file as item=file"))
    .option("--commit <commit>", "the commit they speak of (default: the one checked out)")
    .addHelpText(
      "after",
      examples(
        "greenlight evidence add v1.2.3 tests/unit reports/unit.xml",
        "greenlight evidence add v1.2.3 tests/unit=reports/unit.xml tests/e2e=reports/e2e.xml",
      ),
    )
    .action(async (version: string, words: string[], own: { commit?: string }, command: Command) => {
      const options = globals(command);
      await run({
        options,
        work: async (_reporter, signal) => {
          const { evidenceCommand, namedEvidence } = await import("../commands/evidence.ts");
          return evidenceCommand({ ...options, version, evidence: namedEvidence(words), commit: own.commit }, signal);
        },
      });
    });
}

interface AnnounceFlags {
  readonly to?: readonly string[];
  readonly reason?: string;
  readonly message?: string;
  readonly at?: string;
  readonly dryRun?: boolean;
  readonly again?: boolean;
}

interface SnapshotDrillFlags {
  readonly deadline: number;
  readonly keep?: boolean;
  readonly remove?: boolean;
}

interface CheckFlags {
  readonly format: (typeof formats)[number];
  readonly item?: string;
  readonly review?: boolean;
  readonly watch?: boolean;
}
