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

/** The same, from the newest to the oldest; those last of which it is not known. */
export function newestFirst<Kept extends KeptSnapshot>(all: readonly Kept[]): Kept[] {
  // No time compares with NaN, and what is between two of which none is would keep them from being compared.
  const taken = ({ takenAt }: Kept) => {
    const at = Date.parse(takenAt ?? "");
    return Number.isNaN(at) ? 0 : at;
  };
  return all.toSorted((a, b) => taken(b) - taken(a));
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
