import { communication } from "../../../project/checklist/communication.ts";
import type { Gathering } from "../../../project/checklist/gathering.ts";
import { journalRecordSchema } from "../../../release/journalRecord.ts";
import { now } from "../judgedItem.ts";

export const maintenance = { from: "2026-03-04T14:00:00Z", until: "2026-03-04T15:00:00Z" };

/**
 * An announcement that arrived an hour ago, and was recorded then.
 *
 * @param change keys of it, or after how many minutes from now
 */
export function delivery(change: object | number = {}, minutes = typeof change === "number" ? change : -60): object {
  const at = new Date(now.getTime() + minutes * 60_000).toISOString();
  const it = { version: "v1.2.3", by: "ann", channel: "deploys", to: "#shop", ok: true, response: "ok" };
  return { ...it, at, recordedAt: at, ...(typeof change === "number" ? {} : change) };
}

export function announcementFacts(
  recipients: readonly string[],
  deliveries: readonly object[] = [delivery()],
  begunAt?: string,
): object {
  return { recipients, deliveries, ...(begunAt === undefined ? {} : { begunAt }) };
}

let id = 0;
/** A record of the journal; one of an announcement tells `#shop` unless it says otherwise. */
export function record({
  ok = true,
  ...over
}: { readonly at: string; readonly ok?: boolean } & Record<string, unknown>) {
  const results = [{ channel: "deploys", to: "#shop", ok, response: ok ? "ok" : "busy", at: over.at }];
  const told = over.type === "announcement" ? { to: ["#shop"], text: "soon", results } : {};
  id += 1;
  return journalRecordSchema.parse({ id: `${id}`, version: "v1.2.3", by: "ann", pid: 1, ...told, ...over });
}

/** What is gathered for communication/team out of a journal, for a release that names `#shop`. */
export async function journalFacts(journal: Gathering["journal"]): Promise<object> {
  const manifest = { manifest: { version: "v1.2.3", communication: { team: ["#shop"], stakeholders: [] } } };
  // The gatherer looks at nothing else.
  const it = { journal, manifest } as unknown as Gathering;
  return (await communication["communication/team"]?.(it)) as object;
}
