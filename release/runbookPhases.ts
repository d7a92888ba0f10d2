import { formatDuration, spokenDuration } from "./duration.ts";
import { code } from "./markdown.ts";
import type { RunbookPlan } from "./runbook.ts";
import { type Phase, type PhaseId, schedule } from "./schedule.ts";

/** What is done by which command in a phase; the whole day is one command, `greenlight release`. */
interface Deeds {
  readonly when: string;
  readonly who: string;
  readonly commands: readonly { readonly what: string; readonly command: string }[];
}

/** The deployment day, a section a phase: when, who, the steps, their commands, and how it is undone. */
export function runbookPhases(plan: RunbookPlan): readonly string[] {
  return [
    [
      "## Steps",
      "",
      `${code(`greenlight release ${plan.version} --stack ${plan.stack}`)} does all of it from T-60 on, and goes on where it was cut off. The commands below do one step at a time.`,
    ].join("\n"),
    ...schedule.map((phase) =>
      section(plan.database === undefined ? withoutMigration(phase) : phase, deeds[phase.id](plan)),
    ),
  ];
}

/** What a release without a migration does and undoes of a phase. */
function withoutMigration(phase: Phase): Phase {
  if (phase.id !== "deploy") return phase;
  const steps = phase.steps.filter((it) => !/snapshot|migration/.test(it));
  return { ...phase, steps, undoneBy: "traffic never moved" };
}

function section(phase: Phase, { when, who, commands }: Deeds): string {
  return [
    `### ${when}: ${phase.title}`,
    "",
    `Who: ${who}.`,
    "",
    ...phase.steps.map((it) => `- [ ] ${it}`),
    ...(commands.length === 0 ? [] : ["", "| Step | Command |", "|---|---|"]),
    ...commands.map(({ what, command }) => `| ${what} | ${code(command).replaceAll("|", "\\|")} |`),
    "",
    `Undone by: ${phase.undoneBy}`,
  ].join("\n");
}

/** `T-0`, `T+15m`, `T+1h`: a time of the plan. */
function afterStart(milliseconds: number): string {
  return milliseconds === 0 ? "T-0" : `T+${formatDuration(milliseconds)}`;
}

const lead = "the lead";

function shareSteps(stack: string, candidate: string, { percents, bakeMs }: NonNullable<RunbookPlan["shares"]>) {
  return percents.flatMap((share) => [
    {
      what: `${share} % of the traffic`,
      command: `greenlight switch ${candidate} --share ${share} --stack ${stack}`,
    },
    {
      what: `watch it for ${spokenDuration(bakeMs)}`,
      command: `greenlight watch --environment ${candidate} --for ${formatDuration(bakeMs)} --stack ${stack}`,
    },
  ]);
}

const deeds: Readonly<Record<PhaseId, (plan: RunbookPlan) => Deeds>> = {
  checks: ({ version, stack }) => ({
    when: "T-60",
    who: `${lead}; the team listens to the briefing`,
    commands: [
      { what: "the whole checklist", command: `greenlight check ${version} --stack ${stack}` },
      { what: "health of what is live, and the way back", command: `greenlight status --stack ${stack}` },
      { what: "brief the team", command: `greenlight announce brief ${version} --stack ${stack}` },
    ],
  }),
  prepare: ({ version, commit, stack, candidate }) => ({
    when: "T-30",
    who: lead,
    commands: [
      {
        what: "the tag",
        command: `git tag -a ${version} -m "Release ${version.replace(/^v(?=\d)/, "")}" ${commit ?? "<commit>"}`,
      },
      { what: "push it", command: `git push origin ${version}` },
      { what: "this runbook", command: `greenlight runbook ${version} --stack ${stack}` },
      { what: "the candidate's place", command: `pulumi config set ${candidate} ${version} --stack ${stack}` },
      { what: "the review", command: `pulumi preview --stack ${stack}` },
    ],
  }),
  announce: ({ version, stack, recipients }) => ({
    when: "T-0",
    who: `${lead}; it goes to ${recipients.team.length === 0 ? "nobody who is named" : "the team"}`,
    commands: [{ what: "say that it starts", command: `greenlight announce start ${version} --stack ${stack}` }],
  }),
  deploy: ({ stack, database, smoke }) => ({
    when: "T-0",
    who: lead,
    commands: [
      {
        what: `${database === undefined ? "" : `snapshot${database.drill ? ", restored for a trial" : ""}, migration, `}services, health, smoke`,
        command: `pulumi up --stack ${stack}`,
      },
      { what: "the smoke test by hand", command: smoke.command.join(" ") },
    ],
  }),
  switch: ({ stack, candidate, shares, before }) => ({
    when: "T-0",
    who: lead,
    commands: [
      // A first deployment has nobody to share traffic with.
      ...(shares === undefined || before === undefined ? [] : shareSteps(stack, candidate, shares)),
      { what: "all traffic", command: `greenlight switch ${candidate} --stack ${stack}` },
    ],
  }),
  watch: ({ stack, watch }) => ({
    when: `T-0 to ${afterStart(watch.forMs)}`,
    who: `${lead}; who is on call stands by for ${spokenDuration(watch.forMs)}`,
    commands: [
      { what: "look, and judge", command: `greenlight watch --for ${formatDuration(watch.forMs)} --stack ${stack}` },
    ],
  }),
  decide: ({ stack, watch }) => ({
    when: afterStart(watch.forMs),
    who: `${lead}; anybody may ask for the way back`,
    commands: [{ what: "on no-go", command: `greenlight rollback --stack ${stack} --reason "…"` }],
  }),
  finish: ({ version, stack, watch }) => ({
    when: afterStart(watch.forMs),
    who: lead,
    commands: [
      { what: "say how it ended", command: `greenlight announce complete ${version} --stack ${stack}` },
      { what: "what was done", command: `greenlight history --stack ${stack}` },
    ],
  }),
};
