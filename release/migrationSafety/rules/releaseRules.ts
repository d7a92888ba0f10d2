import type { MigrationRule } from "../rule.ts";

/** Rules on a release's migrations as a whole. */
type ReleaseRule = Omit<MigrationRule, "check">;

export const cannotBeRead: ReleaseRule = {
  id: "not-readable",
  title: "Is not SQL that PostgreSQL understands",
  severity: "critical",
  concern: "certainty",
  why: "it cannot be judged, and applying it fails",
  rewrite: "mend the script",
};

export const expandAndContract: ReleaseRule = {
  id: "expand-and-contract",
  title: "Adds and takes away in one release",
  severity: "high",
  concern: "compatibility",
  why: "the live version needs what is taken away, and there is no release between in which both can be used",
  rewrite: "release what adds first; take away in a release after it, when nothing uses the old any more",
};

export const editedApplied: ReleaseRule = {
  id: "edited-migration",
  title: "Edits or removes a migration that the live version has applied already",
  severity: "critical",
  concern: "certainty",
  why: "the edit reaches no database that has applied it, and the migration tool refuses to go on",
  rewrite: "put the file back as it was released (git has it), and write the change as a new migration",
};
