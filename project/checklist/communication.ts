import { type AnnouncementKind, type Downtime, maintenanceTimes } from "../../release/announcement.ts";
import { type Delivered, deploymentBegun, lastDeliveries } from "../../release/announcements/sent.ts";
import type { Gatherers, Gathering } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Most deliveries that are judged, the newest; of other versions so many, to say that there are some. */
const most = 100;
const mostOfOthers = 3;

/** Who was told, from the stack's journal. */
export const communication: Gatherers = {
  "communication/team": (it) =>
    plainFacts({ recipients: it.manifest.manifest.communication.team, ...deliveryFacts(it, "team") }),
  "communication/stakeholders": (it) =>
    plainFacts({ recipients: it.manifest.manifest.communication.stakeholders, ...deliveryFacts(it, "stakeholders") }),
  "communication/status-page": (it) => {
    const { downtime } = it.manifest.manifest;
    const outdated = deliveriesOf(it, "status-page").filter(
      ({ text }) => downtime !== undefined && !tells(text, downtime),
    );
    return plainFacts({ downtime, ...deliveryFacts(it, "status-page"), outdated: outdated.map(({ to }) => to) });
  },
};

function deliveryFacts(it: Gathering, kind: AnnouncementKind) {
  return {
    deliveries: deliveriesOf(it, kind).map(({ text: _, reference: __, ...rest }) => rest),
    begunAt: deploymentBegun(it.journal, it.manifest.manifest.version),
  };
}

function deliveriesOf({ journal, manifest }: Gathering, kind: AnnouncementKind): readonly Delivered[] {
  const { version } = manifest.manifest;
  const ofVersion = (records: Gathering["journal"]) =>
    lastDeliveries(records, kind).filter((it) => it.version === version);
  const begunAt = deploymentBegun(journal, version);
  const begun = begunAt === undefined ? -1 : journal.findLastIndex(({ at }) => at === begunAt);
  // What is sent again during the deployment does not undo what was told before it.
  const before = begun === -1 ? [] : ofVersion(journal.slice(0, begun));
  const own = before.length > 0 ? before : ofVersion(journal);
  return own.length > 0 ? own.slice(-most) : lastDeliveries(journal, kind).slice(-mostOfOthers);
}

function tells(text: string, downtime: Downtime): boolean {
  const lines = text.split("\n");
  return maintenanceTimes(downtime).every((line) => lines.includes(line));
}
