/** A snapshot that the stack took, as RDS tells it. */
export interface KeptSnapshot {
  readonly identifier: string;
  /** `available` is whole. */
  readonly status: string;
  /** Version that it was taken before; undefined where the tag is gone. */
  readonly release: string | undefined;
  /** ISO time; undefined while it is being made. */
  readonly takenAt: string | undefined;
}

/**
 * The snapshots that may go: whole ones beyond the newest `keep`, oldest first. Never the newest whole one, none that was taken before
 * a version which is deployed now (a rollback may need it), none that is not whole (somebody must look at it), none without its tag.
 */
export function removable(
  all: readonly KeptSnapshot[],
  keep: number,
  deployed: readonly string[],
): readonly KeptSnapshot[] {
  const whole = all
    .filter(({ status, takenAt }) => status === "available" && takenAt !== undefined)
    .sort((a, b) => Date.parse(b.takenAt ?? "") - Date.parse(a.takenAt ?? ""));
  return whole
    .slice(Math.max(1, keep))
    .filter(({ release }) => release !== undefined && !deployed.includes(release))
    .reverse();
}
