import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { Problem } from "../../release/problem.ts";
import { complaint } from "../command.ts";
import { type Places, stackName } from "../project.ts";
import type { Stage } from "../stage.ts";
import type { Channel } from "./channel.ts";
import { completeManifests, recordedReports } from "./manifests.ts";
import { writeTestReports } from "./reports.ts";
import { type ReleasedFrom, TeamRepository } from "./repository.ts";
import { Staging, writeStagingFile } from "./staging.ts";
import { writeStatements } from "./statements.ts";
import { type CommitName, type TeamRelease, teamReleasesFor } from "./versions.ts";

/** Variables by which the stack's channels are addressed. */
const channelVariables = { deploys: "SHOP_DEPLOYS_WEBHOOK", stakeholders: "SHOP_STAKEHOLDERS_WEBHOOK" } as const;

/** What the team's commands are told of its channels. */
export function channelEnvironment(channel: Channel): Record<string, string> {
  return Object.fromEntries(Object.entries(channelVariables).map(([room, name]) => [name, channel.address(room)]));
}

/** The stack file's part for a team: the checklist holds, at any hour of any day, and announcements go to its channels. */
export function holdToChecklist(places: Places): void {
  const path = join(places.project, `Pulumi.${stackName}.yaml`);
  const file = parseDocument(readFileSync(path, "utf8"));
  const set = (key: string, value: unknown) => file.setIn(["config", `greenlight:${key}`], file.createNode(value));
  set("checklist", { level: "mandatory", leastWatch: "5s" });
  // A rehearsal is played whenever somebody wants to see it, at night and on Sundays too.
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  set("calendar", {
    zone: "UTC",
    default: "shop",
    teams: { shop: { windows: [{ days, from: "00:00", until: "24:00", late: true }] } },
  });
  const { deploys, stakeholders } = channelVariables;
  set("announcements", {
    channels: {
      deploys: { type: "webhook", urlFrom: deploys },
      stakeholders: { type: "webhook", audience: "stakeholders", urlFrom: stakeholders },
    },
  });
  writeFileSync(path, file.toString({ lineWidth: 0 }));
}

const drillShape = z.looseObject({ ok: z.boolean() });

/** The team's work before the deployment day: code, reviews, staging, tests, drills, announcements, and the records of all of it. */
export class Preparation {
  readonly #stage: Stage;
  readonly #repository: TeamRepository;
  #from: Partial<Record<CommitName, ReleasedFrom>> | undefined;
  readonly releases: readonly TeamRelease[];

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#repository = new TeamRepository(stage.places, stage.signal);
    this.releases = teamReleasesFor(stage.quick);
  }

  /** The reviewed commits, and the manifests that name them. */
  async makeRepository(): Promise<void> {
    const { project } = this.#stage.places;
    writeStagingFile(this.#stage.places);
    const of = (name: CommitName) =>
      this.releases
        .filter((it) => it.commit === name)
        .map((it) => it.version)
        .reverse();
    const now = new Date();
    const versions = { first: of("first"), second: of("second"), third: of("third") };
    this.#from = await this.#repository.make(versions, (name, commit) => {
      const releases = this.releases.filter((it) => it.commit === name);
      completeManifests({ project, releases, commit, now });
      writeStatements(project, name, commit, new Date());
    });
  }

  /** The project as it is when versions of that commit are released. */
  async checkOut(name: CommitName): Promise<void> {
    await this.#repository.checkOut(this.#releasedFrom(name));
  }

  /** Releases to staging what goes there, tests it there, goes back from it, and ends staging. Says which versions were there. */
  async inStaging(it: {
    /** Begun as soon as all manifests are checked out. */
    readonly beside: () => Promise<void>;
    /** Begun as soon as all reports are there, while staging ends. */
    readonly whenTested: () => Promise<void>;
  }): Promise<readonly string[]> {
    const staging = new Staging(this.#stage);
    const staged = this.releases.filter((it) => it.staged);
    const other: Promise<void>[] = [];
    try {
      for (const [index, { version, commit, wentBack }] of staged.entries()) {
        await this.checkOut(commit);
        if (index === staged.length - 1) other.push(settled(it.beside()));
        await staging.release(version);
        const { project } = this.#stage.places;
        const { quick, signal } = this.#stage;
        await writeTestReports({ project, commit, addresses: staging.addresses, quick, signal });
        if (wentBack) await staging.rollBack(version);
      }
      other.push(settled(it.whenTested()));
    } finally {
      await Promise.all([staging.end(), ...other]);
    }
    return staged.map((it) => it.version);
  }

  /** Tells team and stakeholders of a release, and briefs the team. */
  async announce(version: string): Promise<void> {
    const kinds = "team,stakeholders,brief";
    const ended = await this.#stage.greenlight("announce", kinds, version);
    if (ended.exitCode !== 0) throw failed(`announce ${kinds} ${version}`, complaint(ended));
  }

  /** Plays a release's rollback script; the command records what came of it. */
  async drill(version: string): Promise<void> {
    const ended = await this.#stage.greenlight("drill", "database", version);
    const { ok } = await this.#stage.must(drillShape, Promise.resolve(ended));
    if (!ok) throw failed(`drill database ${version}`, complaint(ended));
  }

  /** Records every report of a release as evidence of its commit. */
  async record(release: TeamRelease): Promise<void> {
    const { project } = this.#stage.places;
    const { version, commit } = release;
    const named = Object.entries(recordedReports(release)).map(([item, file]) => `${item}=${join(project, file)}`);
    const ended = await this.#stage.greenlight(
      "evidence",
      "add",
      version,
      ...named,
      "--commit",
      this.#releasedFrom(commit).commit,
    );
    if (ended.exitCode !== 0) throw failed(`evidence add ${version}`, complaint(ended));
  }

  #releasedFrom(name: CommitName): ReleasedFrom {
    const from = this.#from?.[name];
    if (from === undefined) throw new Problem({ happened: `The rehearsal's repository has no ${name} commit.` });
    return from;
  }
}

/** The same, whose failure is not lost while something else is waited for. */
function settled(work: Promise<void>): Promise<void> {
  work.catch(() => undefined); // whoever waits for it is told
  return work;
}

function failed(what: string, why: string): Problem {
  return new Problem({ happened: `\`greenlight ${what}\` failed: ${why}` });
}
