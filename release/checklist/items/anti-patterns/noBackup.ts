import { derivedItem } from "./derived.ts";

/** The seed's "Skipping database backup". */
export const noBackup = derivedItem({
  id: "anti-patterns/no-backup",
  title: "Skipping database backup",
  severity: "critical",
  unoverridable: true,
  from: ["database/backup"],
  rule: "A release that migrates has a snapshot of the database to go back to.",
});
