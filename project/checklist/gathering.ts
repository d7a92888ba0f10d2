import type { z } from "zod";
import type { Settings } from "../../config.ts";
import type { JournalRecord } from "../../release/journalRecord.ts";
import type { EvidenceFiles } from "../evidence/readEvidence.ts";
import type { Git } from "../git.ts";
import type { LiveHealth } from "../liveHealth.ts";
import type { AskedPlatform } from "../platform/platform.ts";
import type { ProjectManifest } from "../readManifest.ts";

/** What the facts of a release's checklist are gathered from. */
export interface Gathering {
  /** Absolute folder of the project. */
  readonly project: string;
  readonly stack: string;
  /** The stack's folder: logs, journal, snapshots. */
  readonly dir: string;
  readonly settings: Settings;
  /** Its paths are absolute, but for those of `evidence`, which {@link EvidenceFiles} resolves. */
  readonly manifest: ProjectManifest;
  readonly evidence: EvidenceFiles;
  readonly git: Git;
  readonly platform: AskedPlatform;
  /** What the journal of this stack says; empty when there is none or it is damaged. */
  readonly journal: readonly JournalRecord[];
  /** How what serves now fares, where it was asked for before gathering began: it takes longest. */
  readonly live?: Promise<LiveHealth> | undefined;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** Plain facts of one item, of the shape that the item states. What a rejection says becomes the reason of a failing item. */
export type Gatherer = (it: Gathering) => Promise<z.core.util.JSONType> | z.core.util.JSONType;

/** Gatherers by item id. */
export type Gatherers = Readonly<Record<string, Gatherer>>;
