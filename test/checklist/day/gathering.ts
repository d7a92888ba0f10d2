import { join } from "node:path";
import { readSettings, type Settings } from "../../../config.ts";
import type { Gathering } from "../../../project/checklist/gathering.ts";
import { EvidenceFiles } from "../../../project/evidence/readEvidence.ts";
import { Git } from "../../../project/git.ts";
import { askedLocal } from "../../../project/platform/local.ts";
import { readManifest } from "../../../project/readManifest.ts";
import type { JournalRecord } from "../../../release/journalRecord.ts";
import type { Repository } from "../../project/repository.ts";

export const version = "v1.2.3";

/** A stack's settings, with more or other keys. */
export function settingsWith(more: Readonly<Record<string, unknown>> = {}): Settings {
  const all = { live: "blue", blue: "v1.2.2", services: { api: { port: 8080 } }, ...more };
  return readSettings(
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [
        `greenlight:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
}

/** A manifest of {@link version}, with more lines of YAML. */
export function manifestText(...more: readonly string[]): string {
  return [
    `version: ${version}`,
    "features: [a basket that keeps its goods]",
    "services: { api: { directory: .., command: [node, server.js] } }",
    "smoke: { directory: .., command: [npm, run, smoke] }",
    ...more,
    "",
  ].join("\n");
}

export interface GatheringOptions {
  /** Folder of the project in the repository; empty for its root. */
  readonly folder?: string;
  readonly settings?: Settings;
  readonly journal?: readonly JournalRecord[];
  readonly now?: Date;
}

/** What the facts of a release are gathered from, in a real repository that holds its manifest. */
export function gatheringIn(repository: Repository, options: GatheringOptions = {}): Gathering {
  const project = join(repository.folder, options.folder ?? "");
  const settings = options.settings ?? settingsWith();
  const manifest = readManifest(project, settings.releases, version);
  const signal = new AbortController().signal;
  const dir = join(project, settings.folder, "prod");
  return {
    project,
    stack: "prod",
    dir,
    settings,
    manifest,
    platform: askedLocal({ project, stack: "prod", dir, settings, signal }),
    evidence: new EvidenceFiles(project, settings.releases, version, manifest.file),
    git: new Git(project, signal),
    journal: options.journal ?? [],
    now: options.now ?? new Date(),
    signal,
  };
}
