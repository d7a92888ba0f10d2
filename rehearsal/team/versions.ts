import { interrupted } from "../releases.ts";

/** The two states of the shop's code that are released: v1.0.0 is of the first, every other version of the second. */
export type CommitName = "first" | "second";

/** One version as the rehearsal's team releases it. */
export interface TeamRelease {
  readonly version: string;
  readonly commit: CommitName;
  /** Released to staging first; else that is set aside by an override, as a team in a hurry does it. */
  readonly staged: boolean;
  /** Whether it has a rollback script to be drilled. */
  readonly drilled: boolean;
  /** Further items that an override sets aside. */
  readonly setAside: readonly string[];
}

const release = (version: string, over: Partial<TeamRelease> = {}): TeamRelease => ({
  version,
  commit: "second",
  staged: false,
  drilled: false,
  setAside: [],
  ...over,
});

/**
 * Every version of the rehearsal. Those that turn out bad differ from v1.1.0 by their configuration alone, which nobody tried in staging:
 * everything else about them is tested and reviewed like any release.
 */
export const teamReleases: readonly TeamRelease[] = [
  release("v1.0.0", { commit: "first", staged: true }),
  release("v1.1.0", { staged: true, drilled: true }),
  release("v1.1.1"),
  release("v1.2.0"),
  release("v1.2.1"),
  release("v1.2.2"),
  release("v1.2.3"),
  // Its migration fails, so a drill of it would have told.
  release("v1.2.4", { setAside: ["database/rollback-script"] }),
  release(interrupted[0], { drilled: true }),
  // It follows the one before at once, which nobody went back from yet.
  release(interrupted[1], { drilled: true, setAside: ["infrastructure/rollback"] }),
];

/** Those of a rehearsal's length. */
export function teamReleasesFor(quick: boolean): readonly TeamRelease[] {
  const inQuick = new Set(["v1.0.0", "v1.1.0", "v1.2.0", interrupted[0]]);
  return quick ? teamReleases.filter((it) => inQuick.has(it.version)) : teamReleases;
}

/** Items that rest on staging. */
export const stagingItems: readonly string[] = ["infrastructure/staging", "infrastructure/staging-smoke"];
