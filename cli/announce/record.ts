import type { AnnouncementKind } from "../../release/announcement.ts";
import type { JournalFile } from "../journal/journalFile.ts";
import type { ChannelReport } from "./sendAll.ts";

/** So many fit a line of the journal whatever is in them. */
const resultsInOne = 10;

/** Keeps in the journal what became of an announcement in one channel; nothing when nothing was sent. */
export function recordReport(
  journal: JournalFile,
  about: { readonly version: string; readonly kind: AnnouncementKind; readonly text: string },
  { results }: ChannelReport,
): void {
  const { version, kind, text } = about;
  for (let at = 0; at < results.length; at += resultsInOne) {
    const some = results.slice(at, at + resultsInOne);
    journal.append({
      type: "announcement",
      version,
      kind,
      to: some.filter(({ ok }) => ok).map(({ to }) => to),
      text,
      results: some,
    });
  }
}
