import { interrupted } from "../releases.ts";

/** The states of the shop's code that are released, in their order. */
export const commitNames = ["first", "second", "third"] as const;
export type CommitName = (typeof commitNames)[number];

/** One version as the rehearsal's team releases it. */
export interface TeamRelease {
  readonly version: string;
  readonly commit: CommitName;
  /** Released to staging first; else that is set aside by an override, as a team in a hurry does it. */
  readonly staged: boolean;
  /** Whether staging goes back from it, as a drill of that way. */
  readonly wentBack: boolean;
  /** Whether it has a rollback script to be drilled. */
  readonly drilled: boolean;
  /** Further items that an override sets aside. */
  readonly setAside: readonly string[];
  /** What the overrides say. */
  readonly because: string;
}

const release = (version: string, over: Partial<TeamRelease> = {}): TeamRelease => ({
  version,
  commit: "second",
  staged: false,
  wentBack: false,
  drilled: false,
  setAside: [],
  because: "only its configuration differs from v1.1.0, which was in staging",
  ...over,
});

/**
 * Every version of the rehearsal. Those that turn out bad are of the commit of v1.1.0, with another configuration which nobody tried in
 * staging: everything else about them is tested and reviewed like any release.
 */
export const teamReleases: readonly TeamRelease[] = [
  release("v1.0.0", { commit: "first", staged: true }),
  release("v1.1.0", { staged: true, wentBack: true, drilled: true }),
  release("v1.1.1"),
  release("v1.2.0"),
  release("v1.2.1"),
  release("v1.2.2"),
  release("v1.2.3"),
  // Its migration fails, and the rules on migrations and a drill would have told.
  release("v1.2.4", {
    setAside: ["database/review", "database/compatible", "database/rollback-script", "anti-patterns/big-bang"],
    because: "it has to go out today, whatever is said of its migration",
  }),
  release(interrupted[0], {
    commit: "third",
    staged: true,
    wentBack: true,
    drilled: true,
    setAside: ["anti-patterns/big-bang"],
    because: "its folder of migrations repeats those of v1.1.0, and adds one",
  }),
  // It follows the one before at once, and nobody went back from that one yet.
  release(interrupted[1], {
    commit: "third",
    drilled: true,
    setAside: ["infrastructure/rollback", "database/review", "anti-patterns/big-bang"],
    because: "it is of the commit of v1.3.0, which was reviewed and in staging, and adds a table",
  }),
];

/** Those of a rehearsal's length. */
export function teamReleasesFor(quick: boolean): readonly TeamRelease[] {
  const inQuick = new Set(["v1.0.0", "v1.1.0", "v1.2.0"]);
  return quick ? teamReleases.filter((it) => inQuick.has(it.version)) : teamReleases;
}

/** Items that rest on staging. */
export const stagingItems: readonly string[] = ["infrastructure/staging", "infrastructure/staging-smoke"];
