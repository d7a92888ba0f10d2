import type { ProjectManifest } from "../../project/readManifest.ts";
import {
  type AnnouncementKind,
  briefing,
  completeAnnouncement,
  instantInWords,
  maintenanceAnnouncement,
  rollbackAnnouncement,
  stakeholdersAnnouncement,
  startAnnouncement,
  teamAnnouncement,
} from "../../release/announcement.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import type { JournalRecord } from "../../release/journal.ts";
import { Problem } from "../../release/problem.ts";
import { schedule } from "../../release/schedule.ts";

export interface Composing {
  readonly kind: AnnouncementKind;
  readonly manifest: ProjectManifest;
  readonly records: readonly JournalRecord[];
  /** Instances of the version that serves now; undefined when it does not serve. */
  readonly health: () => Promise<{ readonly healthy: number; readonly of: number } | undefined>;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** ISO time with zone at which the deployment begins. */
  readonly at?: string | undefined;
}

/**
 * The text of an announcement that a person asks for, from the manifest, the journal and what serves.
 *
 * @throws Problem for what is not so: a maintenance that is not planned, a version that does not serve, a rollback that was not
 */
export async function compose(it: Composing): Promise<string> {
  const { version, features, duration, downtime, onCall } = it.manifest.manifest;
  const { message } = it;
  const begins = it.at ?? downtime?.from;
  const when = begins === undefined ? undefined : instantInWords(begins);
  switch (it.kind) {
    case "team":
      return teamAnnouncement({ version, features, when, duration, message });
    case "stakeholders":
      return stakeholdersAnnouncement({ version, features, when, downtime, message });
    case "brief":
      return briefing({ version, features, steps: schedule, onCall: onCall?.name, when, message });
    case "status-page":
      if (downtime === undefined) throw refused("No maintenance is planned.", `${it.manifest.file} has no downtime`);
      return maintenanceAnnouncement({ version, downtime, message });
    case "start":
      return withMessage(startAnnouncement({ version, features, eta: duration }), message);
    case "complete": {
      const health = await it.health();
      if (health === undefined) throw refused(`${version} does not serve, so it is not complete.`);
      return withMessage(completeAnnouncement({ version, health, monitoring: 3_600_000 }), message);
    }
    case "rollback": {
      const back = it.records.findLast((record) => record.type === "rollback" && record.version === version);
      if (back?.type !== "rollback") throw refused(`${version} was not rolled back.`);
      return withMessage(
        rollbackAnnouncement({ to: back.toVersion, reason: it.reason ?? back.reason, eta: 1_000 }),
        message,
      );
    }
  }
}

function withMessage(text: string, message: string | undefined): string {
  return message === undefined ? text : `${text}\n${message}`;
}

function refused(happened: string, where?: string): Problem {
  return new Problem({
    happened,
    ...(where === undefined ? {} : { where }),
    untouched: "Nothing was sent.",
    next: "`greenlight status` and `greenlight history` show what was done",
    exitCode: exitCodes.refused,
  });
}
