/** A snapshot that a stack took, as its platform tells it. */
export interface KeptSnapshot {
  readonly identifier: string;
  /** Whether a database can be made from it. */
  readonly whole: boolean;
  /** Version that it was taken before; undefined where that is not known any more. */
  readonly release: string | undefined;
  /** ISO time; undefined while it is being made. */
  readonly takenAt: string | undefined;
}

/** The same, from the newest to the oldest. */
export function newestFirst<Kept extends KeptSnapshot>(all: readonly Kept[]): Kept[] {
  return all.toSorted((a, b) => Date.parse(b.takenAt ?? "") - Date.parse(a.takenAt ?? ""));
}

/**
 * The snapshots that may go: whole ones beyond the newest `keep`, oldest first. Never the newest whole one, none that was taken before
 * a version which is deployed now (a rollback may need it), none that is not whole (somebody must look at it), none of which that is not known.
 */
export function removable(
  all: readonly KeptSnapshot[],
  keep: number,
  deployed: readonly string[],
): readonly KeptSnapshot[] {
  const whole = newestFirst(all.filter((it) => it.whole && it.takenAt !== undefined));
  return whole
    .slice(Math.max(1, keep))
    .filter(({ release }) => release !== undefined && !deployed.includes(release))
    .reverse();
}
